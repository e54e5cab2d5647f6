"""Amazon API Gateway, HTTP APIs: routes that lead to functions and servers. REST APIs are `apigateway`.

    server ── operations_apis, operations_routes, operations_stages      the API that makes them
                ├ settings                                               what is accepted
                └ registry              APIs, routes, integrations, stages, deployments
    front ── routing ── lambda_integration, http_integration             what answers at the address

WebSocket APIs, authorizers but AWS_IAM, private integrations, first-class integrations with other services
and parameter mapping are refused by name.
"""
