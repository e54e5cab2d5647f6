"""Same seed, same bytes: also of what lies outside AWS."""

from __future__ import annotations

import json

from workbook import Lab


def story():
    with Lab(seed=11) as lab:
        sns, events, schemas = lab.client("sns"), lab.client("events"), lab.client("schemas")

        def shop(request):
            message = request.json()
            if message.get("Type") == "SubscriptionConfirmation":
                lab.http(message["SubscribeURL"])

        lab.endpoint("https://shop.example.com/hooks", shop)
        topic = sns.create_topic(Name="orders")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://shop.example.com/hooks")
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.com")
        sns.create_sms_sandbox_phone_number(PhoneNumber="+15551234567")
        schemas.create_discoverer(SourceArn=events.describe_event_bus()["Arn"])
        basic = {"BasicAuthParameters": {"Username": "ann", "Password": "secret"}}
        events.create_connection(Name="shop", AuthorizationType="BASIC", AuthParameters=basic)
        lab.run_until_idle()
        sns.publish(TopicArn=topic, Message="a cake")
        events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": json.dumps({"n": 1})}])
        lab.run_until_idle()
        shown = events.describe_connection(Name="shop")
        return lab.trace.text(), lab.mailbox.text(), shown["SecretArn"], lab.mailbox._repr_html_()


def test_the_same_seed_gives_the_same_bytes():
    assert story() == story()
