"""Which services a Task state can call, how they are called, and in which way the state waits.

    arn:aws:states:::sqs:sendMessage                     request-response: goes on when the call is answered
    arn:aws:states:::sqs:sendMessage.waitForTaskToken    goes on when somebody answers with the task token

What AWS can call and the lab does not is refused by name when the state machine is made.

Source: Step Functions Developer Guide, "Integrating services", one page for each service.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbook.aws.stepfunctions.service_errors import ErrorNames

REQUEST_RESPONSE, WAIT_FOR_TASK_TOKEN = "", "waitForTaskToken"


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
    parameters: frozenset[str]
    """What `Parameters` or `Arguments` may hold."""
    needed: tuple[str, ...] = ()
    ways: frozenset[str] = frozenset({REQUEST_RESPONSE, WAIT_FOR_TASK_TOKEN})
    way: str = REQUEST_RESPONSE

    @property
    def resource_type(self) -> str:
        """As the history calls the service."""
        return self.service

    @property
    def resource_name(self) -> str:
        """As the history calls the action, with its way of waiting."""
        return f"{self.action}.{self.way}" if self.way else self.action


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


OPTIMISED = {
    f"{one.service}:{one.action}": one
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
    )
}
"""By what follows `arn:aws:states:::` in Resource."""


def find_integration(resource: str) -> Integration:
    """The integration that a Resource names.

    Raises:
        KeyError: it names none that the lab runs.
    """
    called = ":".join(resource.split(":")[5:])
    called, _, way = called.partition(".")
    integration = OPTIMISED[called]
    if way not in integration.ways:
        raise KeyError(resource)
    return replace(integration, way=way)
