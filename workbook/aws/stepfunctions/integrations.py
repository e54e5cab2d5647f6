"""Which services a Task state can call, how they are called, and in which way the state waits.

    arn:aws:states:::sqs:sendMessage                     request-response: goes on when the call is answered
    arn:aws:states:::sqs:sendMessage.waitForTaskToken    goes on when somebody answers with the task token
    arn:aws:states:::states:startExecution.sync          goes on when what was started has ended
    arn:aws:states:::aws-sdk:sqs:createQueue             any operation, by the names of the Java SDK

What AWS can call and the lab does not is refused by name when the state machine is made.

Source: Step Functions Developer Guide, "Integrating services", one page for each service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from moto.core.utils import get_service_model

from workbook.aws.java_sdk import client_of, pascal_case
from workbook.aws.simulated import is_simulated
from workbook.aws.stepfunctions.service_errors import ErrorNames
from workbook.aws.stepfunctions.shapes import VERSION_1, VERSION_2, Style, names_of

REQUEST_RESPONSE, WAIT_FOR_TASK_TOKEN, SYNC, SYNC_2 = "", "waitForTaskToken", "sync", "sync:2"
_AWS_SDK = "aws-sdk"


@dataclass(frozen=True)
class Integration:
    """One operation that a Task can call, in one way of waiting."""

    service: str
    """As Resource names it, as it does `action`."""
    action: str
    client: str
    """boto3's name of the service."""
    operation: str
    """The API's name of the operation."""
    errors: ErrorNames
    parameters: frozenset[str] | None = None
    """What `Parameters` or `Arguments` may hold; None for all that the operation takes."""
    needed: tuple[str, ...] = ()
    ways: frozenset[str] = frozenset({REQUEST_RESPONSE, WAIT_FOR_TASK_TOKEN})
    way: str = REQUEST_RESPONSE
    style: Style = field(default=VERSION_1, repr=False)

    @property
    def called(self) -> str:
        """The service and the action, without the way of waiting."""
        return f"{self.service}:{self.action}"

    @property
    def resource_name(self) -> str:
        """As the history calls the action, with its way of waiting."""
        return f"{self.action}.{self.way}" if self.way else self.action

    @property
    def known(self) -> frozenset[str]:
        """What `Parameters` or `Arguments` may hold."""
        if self.parameters is not None:
            return self.parameters
        return frozenset(names_of(self.model.input_shape, self.style))

    @property
    def model(self) -> Any:  # noqa: ANN401 - botocore's OperationModel, which is not typed
        """What botocore knows of the operation."""
        return get_service_model(self.client).operation_model(self.operation)


class UnknownIntegration(LookupError):
    """A Resource names nothing that AWS could call."""


class NoIntegration(LookupError):
    """A Resource names what AWS can call, and the lab does not."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONDITIONS = "ConditionalOperator ConditionExpression Expected ExpressionAttributeNames "
_WRITES = (
    "TableName ExpressionAttributeValues ReturnConsumedCapacity ReturnItemCollectionMetrics ReturnValues "
    f"ReturnValuesOnConditionCheckFailure {_CONDITIONS}"
)


def _of_dynamodb(action: str, parameters: str, *needed: str) -> Integration:
    return Integration(
        *("dynamodb", action, "dynamodb", f"{action[0].upper()}{action[1:]}"),
        errors=ErrorNames("DynamoDB", "AmazonDynamoDBException", "AmazonDynamoDBv2"),
        parameters=_names(parameters),
        needed=needed,
        ways=frozenset({REQUEST_RESPONSE}),
    )


def _of_jobs(
    service: str, action: str, errors: ErrorNames, *needed: str, ways: frozenset[str] | None = None
) -> Integration:
    return Integration(
        *(service, action, service, f"{action[0].upper()}{action[1:]}"),
        errors=errors,
        needed=needed,
        ways=frozenset({REQUEST_RESPONSE, SYNC}) if ways is None else ways,
    )


_SAGEMAKER = ErrorNames("SageMaker", "AmazonSageMakerException", "AmazonSageMaker")

OPTIMISED = {
    one.called: one
    for one in (
        Integration(
            *("lambda", "invoke", "lambda", "Invoke"),
            errors=ErrorNames("Lambda", "AWSLambdaException", "AWSLambda"),
            parameters=_names("ClientContext FunctionName InvocationType LogType Payload Qualifier"),
            needed=("FunctionName",),
        ),
        Integration(
            *("sqs", "sendMessage", "sqs", "SendMessage"),
            errors=ErrorNames("SQS", "AmazonSQSException", "AmazonSQS"),
            parameters=_names(
                "DelaySeconds MessageAttributes MessageBody MessageDeduplicationId MessageGroupId QueueUrl"
            ),
            needed=("QueueUrl", "MessageBody"),
        ),
        Integration(
            *("sns", "publish", "sns", "Publish"),
            errors=ErrorNames("SNS", "AmazonSNSException", "AmazonSNS"),
            parameters=_names(
                """
                Message MessageAttributes MessageDeduplicationId MessageGroupId MessageStructure PhoneNumber
                Subject TargetArn TopicArn
                """
            ),
            needed=("Message",),
        ),
        Integration(
            *("events", "putEvents", "events", "PutEvents"),
            errors=ErrorNames("EventBridge", "AmazonEventBridgeException", "AmazonEventBridge"),
            parameters=_names("Entries"),
            needed=("Entries",),
        ),
        Integration(
            *("states", "startExecution", "stepfunctions", "StartExecution"),
            errors=ErrorNames("StepFunctions", "AWSStepFunctionsException", "AWSStepFunctions"),
            parameters=_names("Input Name StateMachineArn TraceHeader"),
            needed=("StateMachineArn",),
            ways=frozenset({REQUEST_RESPONSE, WAIT_FOR_TASK_TOKEN, SYNC, SYNC_2}),
        ),
        _of_dynamodb(
            "getItem",
            """
            Key TableName AttributesToGet ConsistentRead ExpressionAttributeNames ProjectionExpression
            ReturnConsumedCapacity
            """,
            *("TableName", "Key"),
        ),
        _of_dynamodb("putItem", f"Item {_WRITES}", "TableName", "Item"),
        _of_dynamodb("updateItem", f"Key AttributeUpdates UpdateExpression {_WRITES}", "TableName", "Key"),
        _of_dynamodb("deleteItem", f"Key {_WRITES}", "TableName", "Key"),
        Integration(
            *("http", "invoke", "http", "Invoke"),
            errors=ErrorNames("States.Http", "Socket", "Http"),
            parameters=_names(
                """
                ApiEndpoint Authentication Headers InvocationConfig Method QueryParameters RequestBody
                Transform
                """
            ),
            needed=("ApiEndpoint", "Method"),
            ways=frozenset({REQUEST_RESPONSE}),
        ),
        Integration(
            *("apigateway", "invoke", "apigateway", "Invoke"),
            errors=ErrorNames("ApiGateway", "AmazonApiGatewayException", "AmazonApiGateway"),
            parameters=_names(
                "AllowNullValues ApiEndpoint AuthType Headers Method Path QueryParameters RequestBody Stage"
            ),
            needed=("ApiEndpoint", "Method"),
        ),
        _of_jobs("glue", "startJobRun", ErrorNames("Glue", "AWSGlueException", "AWSGlue"), "JobName"),
        _of_jobs(
            *("batch", "submitJob", ErrorNames("Batch", "AWSBatchException", "AWSBatch")),
            *("JobName", "JobQueue", "JobDefinition"),
        ),
        _of_jobs(
            *("ecs", "runTask", ErrorNames("ECS", "AmazonECSException", "AmazonECS"), "TaskDefinition"),
            ways=frozenset({REQUEST_RESPONSE, SYNC, WAIT_FOR_TASK_TOKEN}),
        ),
        _of_jobs(
            *("sagemaker", "createTrainingJob", _SAGEMAKER),
            *("TrainingJobName", "RoleArn", "OutputDataConfig"),
        ),
        _of_jobs(
            *("sagemaker", "createTransformJob", _SAGEMAKER),
            *("TransformJobName", "ModelName", "TransformInput", "TransformOutput", "TransformResources"),
        ),
        _of_jobs(
            *("sagemaker", "createProcessingJob", _SAGEMAKER),
            *("ProcessingJobName", "RoleArn", "AppSpecification", "ProcessingResources"),
        ),
        _of_jobs(
            *("athena", "startQueryExecution"),
            ErrorNames("Athena", "AmazonAthenaException", "AmazonAthena"),
            "QueryString",
        ),
        _of_jobs(
            *("codebuild", "startBuild"),
            ErrorNames("CodeBuild", "AWSCodeBuildException", "AWSCodeBuild"),
            "ProjectName",
        ),
    )
}
"""By what follows `arn:aws:states:::` in Resource."""


def find_integration(resource: str) -> Integration:
    """The integration that a Resource names.

    Raises:
        UnknownIntegration: there is none of this name, or it cannot wait in this way.
        NoIntegration: AWS has it, and the lab does not.
    """
    called, _, way = ":".join(resource.split(":")[5:]).partition(".")
    integration = _sdk_integration(called) if called.startswith(f"{_AWS_SDK}:") else _optimised(called)
    if way not in integration.ways:
        raise UnknownIntegration(resource)
    return replace(integration, way=way)


def _optimised(called: str) -> Integration:
    if called not in OPTIMISED:
        raise NoIntegration(called)
    return OPTIMISED[called]


def _sdk_integration(called: str) -> Integration:
    """Any operation of any service, by what botocore knows of it."""
    service, _, action = called.removeprefix(f"{_AWS_SDK}:").partition(":")
    client, operation = client_of(service), f"{action[:1].upper()}{action[1:]}"
    try:
        model = get_service_model(client)
    except Exception as error:  # botocore's, of a service that it does not know
        raise UnknownIntegration(called) from error
    if operation not in model.operation_names or action[:1].isupper():
        raise UnknownIntegration(called)
    if not is_simulated(client, operation):
        raise NoIntegration(called)
    shape = model.operation_model(operation).input_shape
    names: Mapping[str, str] = names_of(shape, VERSION_2)
    required = set() if shape is None else set(shape.required_members)
    name = pascal_case(model.metadata["serviceId"])
    return Integration(
        *(f"{_AWS_SDK}:{service}", action, client, operation),
        errors=ErrorNames(name, f"{name}Exception", name, is_sdk=True),
        parameters=frozenset(names),
        needed=tuple(pascal_case(one) for one in sorted(required)),
        style=VERSION_2,
    )
