"""Which operations behave as AWS's do. The others are refused by name: silence would teach something false.

Only a service whose every operation is ours is listed whole. Of the others the operations are named: moto has
more of them, but some do nothing, and some end in a Python error.
"""

from __future__ import annotations

from collections.abc import Mapping

from botocore.exceptions import ClientError

NOT_SIMULATED = "NotSimulatedByWorkbook"
"""The error code of a refusal. AWS has no such code, so it cannot be mistaken for one of AWS's."""

_EVERYTHING = frozenset({"*"})


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LAMBDA = _names(
    """
    AddPermission CreateAlias CreateEventSourceMapping CreateFunction CreateFunctionUrlConfig DeleteAlias
    DeleteEventSourceMapping DeleteFunction DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig
    DeleteFunctionUrlConfig GetFunctionUrlConfig ListFunctionUrlConfigs UpdateFunctionUrlConfig
    GetAccountSettings GetAlias GetEventSourceMapping GetFunction GetFunctionConcurrency
    GetFunctionConfiguration GetFunctionEventInvokeConfig GetPolicy Invoke ListAliases
    ListEventSourceMappings ListFunctionEventInvokeConfigs ListFunctions ListTags ListVersionsByFunction
    PublishVersion PutFunctionConcurrency PutFunctionEventInvokeConfig RemovePermission TagResource
    UntagResource UpdateAlias UpdateEventSourceMapping UpdateFunctionCode UpdateFunctionConfiguration
    UpdateFunctionEventInvokeConfig
    """
)

_API_GATEWAY = _names(
    """
    CreateDeployment CreateResource CreateRestApi CreateStage DeleteDeployment DeleteIntegration DeleteMethod
    DeleteResource DeleteRestApi DeleteStage GetDeployment GetDeployments GetIntegration GetMethod
    GetResource GetResources GetRestApi GetRestApis GetStage GetStages PutIntegration
    PutIntegrationResponse PutMethod PutMethodResponse UpdateRestApi UpdateStage
    """
)

_API_GATEWAY_V2 = _names(
    """
    CreateApi CreateDeployment CreateIntegration CreateRoute CreateStage DeleteApi DeleteCorsConfiguration
    DeleteDeployment DeleteIntegration DeleteRoute DeleteStage GetApi GetApis GetDeployment GetDeployments
    GetIntegration GetIntegrations GetRoute GetRoutes GetStage GetStages GetTags TagResource UntagResource
    UpdateApi UpdateIntegration UpdateRoute UpdateStage
    """
)

_ELB = _names(
    """
    CreateListener CreateLoadBalancer CreateRule CreateTargetGroup DeleteListener DeleteLoadBalancer
    DeleteRule DeleteTargetGroup DeregisterTargets DescribeListeners DescribeLoadBalancers DescribeRules
    DescribeTargetGroupAttributes DescribeTargetGroups DescribeTargetHealth ModifyTargetGroupAttributes
    RegisterTargets
    """
)

_IOT = _names(
    """
    CreateTopicRule DeleteTopicRule DisableTopicRule EnableTopicRule GetTopicRule ListTopicRules
    ReplaceTopicRule
    """
)

_COGNITO = _names(
    """
    AdminAddUserToGroup AdminConfirmSignUp AdminCreateUser AdminDeleteUser AdminDisableUser AdminEnableUser
    AdminGetUser AdminInitiateAuth AdminListGroupsForUser AdminRemoveUserFromGroup AdminResetUserPassword
    AdminRespondToAuthChallenge AdminSetUserPassword AdminUserGlobalSignOut ConfirmForgotPassword
    ConfirmSignUp CreateGroup CreateUserPool CreateUserPoolClient DeleteGroup DeleteUserPool
    DeleteUserPoolClient DescribeUserPool DescribeUserPoolClient ForgotPassword GetGroup InitiateAuth
    ListGroups ListUserPoolClients ListUserPools ListUsers ListUsersInGroup ResendConfirmationCode
    RespondToAuthChallenge SignUp UpdateUserPool UpdateUserPoolClient
    """
)

_CLOUDWATCH = _names(
    """
    DeleteAlarms DescribeAlarmHistory DescribeAlarms DescribeAlarmsForMetric DisableAlarmActions
    EnableAlarmActions GetMetricData GetMetricStatistics ListMetrics ListTagsForResource PutCompositeAlarm
    PutMetricAlarm PutMetricData SetAlarmState TagResource UntagResource
    """
)

_AUTO_SCALING = _names(
    """
    CreateAutoScalingGroup DeleteAutoScalingGroup DeletePolicy DescribeAutoScalingGroups
    DescribeAutoScalingInstances DescribePolicies DescribeScalingActivities DisableMetricsCollection
    EnableMetricsCollection ExecutePolicy PutScalingPolicy SetDesiredCapacity SetInstanceHealth
    SetInstanceProtection TerminateInstanceInAutoScalingGroup UpdateAutoScalingGroup
    """
)

_EC2 = _names(
    """
    CreateLaunchTemplate CreateLaunchTemplateVersion DeleteLaunchTemplate DescribeLaunchTemplateVersions
    DescribeLaunchTemplates
    """
)

_LOGS = _names(
    """
    CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DeleteRetentionPolicy
    DeleteResourcePolicy DeleteSubscriptionFilter DescribeLogGroups DescribeLogStreams
    DescribeResourcePolicies DescribeSubscriptionFilters FilterLogEvents GetLogEvents ListTagsForResource
    PutLogEvents PutResourcePolicy PutRetentionPolicy PutSubscriptionFilter TagResource UntagResource
    """
)

_KINESIS = _names(
    """
    AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteStream DescribeStream
    DescribeStreamSummary GetRecords GetShardIterator IncreaseStreamRetentionPeriod ListShards ListStreams
    ListTagsForStream PutRecord PutRecords RemoveTagsFromStream
    """
)

_FIREHOSE = _names(
    """
    CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream ListDeliveryStreams
    ListTagsForDeliveryStream PutRecord PutRecordBatch TagDeliveryStream UntagDeliveryStream
    """
)

_DYNAMODB = _names(
    """
    BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeTable GetItem ListTables
    PutItem Query Scan TransactGetItems TransactWriteItems UpdateItem
    """
)

_S3 = _names(
    """
    AbortMultipartUpload CompleteMultipartUpload CopyObject CreateBucket CreateMultipartUpload DeleteBucket
    DeleteObject DeleteObjectTagging DeleteObjects GetBucketLocation GetBucketNotificationConfiguration
    GetBucketVersioning GetObject GetObjectTagging HeadBucket HeadObject ListBuckets ListMultipartUploads
    ListObjectVersions ListObjects ListObjectsV2 ListParts PutBucketNotificationConfiguration
    PutBucketVersioning PutObject PutObjectTagging UploadPart UploadPartCopy
    """
)

_IAM = _names(
    """
    AttachRolePolicy AttachUserPolicy CreateAccessKey CreatePolicy CreatePolicyVersion CreateRole CreateUser
    DeleteAccessKey DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePolicy DeleteUser DeleteUserPolicy
    DetachRolePolicy DetachUserPolicy GetPolicy GetPolicyVersion GetRole GetRolePolicy GetUser GetUserPolicy
    ListAccessKeys ListAttachedRolePolicies ListAttachedUserPolicies ListPolicies ListPolicyVersions
    ListRolePolicies ListRoleTags ListRoles ListUserPolicies ListUserTags ListUsers PutRolePolicy
    PutUserPolicy TagRole TagUser UntagRole UntagUser UpdateAccessKey UpdateAssumeRolePolicy UpdateRole
    UpdateUser
    """
)

_STS = _names(
    """
    AssumeRole GetAccessKeyInfo GetCallerIdentity GetSessionToken
    """
)

_KMS = _names(
    """
    CancelKeyDeletion CreateAlias CreateKey Decrypt DeleteAlias DescribeKey DisableKey DisableKeyRotation
    EnableKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GetKeyPolicy
    GetKeyRotationStatus ListAliases ListKeyPolicies ListKeys ListResourceTags PutKeyPolicy ReEncrypt
    ScheduleKeyDeletion TagResource UntagResource UpdateAlias UpdateKeyDescription
    """
)

_EVENTS = _names(
    """
    ActivateEventSource CancelReplay CreateApiDestination CreateArchive CreateConnection CreateEventBus
    CreatePartnerEventSource DeactivateEventSource DeauthorizeConnection DeleteApiDestination
    DeleteArchive DeleteConnection DeleteEventBus DeletePartnerEventSource DeleteRule
    DescribeApiDestination DescribeArchive DescribeConnection DescribeEventBus DescribeEventSource
    DescribePartnerEventSource DescribeReplay DescribeRule DisableRule EnableRule ListApiDestinations
    ListArchives ListConnections ListEventBuses ListEventSources ListPartnerEventSourceAccounts
    ListPartnerEventSources ListReplays ListRuleNamesByTarget ListRules ListTagsForResource
    ListTargetsByRule PutEvents PutPartnerEvents PutPermission PutRule PutTargets RemovePermission
    RemoveTargets StartReplay TagResource TestEventPattern UntagResource UpdateApiDestination
    UpdateArchive UpdateConnection UpdateEventBus
    """
)

_STEP_FUNCTIONS = _names(
    """
    CreateActivity DeleteActivity DescribeActivity GetActivityTask ListActivities
    CreateStateMachine CreateStateMachineAlias DeleteStateMachine DeleteStateMachineAlias
    DeleteStateMachineVersion DescribeExecution DescribeMapRun DescribeStateMachine DescribeStateMachineAlias
    DescribeStateMachineForExecution GetExecutionHistory ListExecutions ListMapRuns ListStateMachineAliases
    ListStateMachineVersions ListStateMachines ListTagsForResource PublishStateMachineVersion
    RedriveExecution SendTaskFailure SendTaskHeartbeat SendTaskSuccess StartExecution StartSyncExecution
    StopExecution TagResource TestState UntagResource UpdateMapRun UpdateStateMachine
    UpdateStateMachineAlias
    ValidateStateMachineDefinition
    """
)

SIMULATED: dict[str, frozenset[str]] = {
    "sqs": _EVERYTHING,
    "sns": _EVERYTHING,
    "scheduler": _EVERYTHING,
    "schemas": _EVERYTHING,
    "lambda": _LAMBDA,
    "elbv2": _ELB,
    "iot": _IOT,
    "iot-data": frozenset({"Publish"}),
    "cognito-idp": _COGNITO,
    "apigateway": _API_GATEWAY,
    "apigatewayv2": _API_GATEWAY_V2,
    "logs": _LOGS,
    "kinesis": _KINESIS,
    "firehose": _FIREHOSE,
    "pipes": _EVERYTHING,
    "cloudwatch": _CLOUDWATCH,
    "autoscaling": _AUTO_SCALING,
    "ec2": _EC2,
    "iam": _IAM,
    "sts": _STS,
    "kms": _KMS,
    "dynamodb": _DYNAMODB,
    "s3": _S3,
    "events": _EVENTS,
    "stepfunctions": _STEP_FUNCTIONS,
}


_INSTEAD = {
    "eventbridgev2": (
        "This is the Custom Event Bus of 2026, a product of its own. The event bus that question banks and "
        "lessons mean is the classic one: lab.client('events')"
    ),
}
"""What to use in the place of a service that is not simulated, where there is something."""


def is_simulated(service: str, operation: str) -> bool:
    """Whether an operation, by botocore's names ("sqs", "SendMessage"), behaves as AWS's does."""
    operations = SIMULATED.get(service, frozenset())
    return operations is _EVERYTHING or operation in operations


_NO_PARAMETER = {
    ("events", "PutEvents"): ("EndpointId", "Leave it out, and name an EventBusName"),
}
"""Parameters that are refused before botocore looks at them, which would ask for a package of its own."""


def refuse_unsimulated(service: str, operation: str, parameters: Mapping[str, object]) -> None:
    """Let a simulated operation pass.

    Raises:
        ClientError: it is not simulated; the text names it and says what can be done.
    """
    if is_simulated(service, operation):
        _refuse_parameter(service, operation, parameters)
        return
    if service in SIMULATED:
        known = ", ".join(sorted(SIMULATED[service]))
        advice = f"Of {service} it simulates: {known}"
    elif service in _INSTEAD:
        advice = _INSTEAD[service]
    else:
        advice = f"It simulates operations of: {', '.join(sorted(SIMULATED))}"
    raise _refusal(f"{service}:{operation}", advice, operation)


def _refuse_parameter(service: str, operation: str, parameters: Mapping[str, object]) -> None:
    refused = _NO_PARAMETER.get((service, operation))
    if refused is not None and parameters.get(refused[0]) is not None:
        raise _refusal(f"{service}:{operation} with {refused[0]}", refused[1], operation)


def _refusal(what: str, advice: str, operation: str) -> ClientError:
    message = (
        f"{what} is not simulated by this workbook, so it is refused rather than "
        f"answered wrongly. {advice}. Nothing was changed."
    )
    return ClientError({"Error": {"Code": NOT_SIMULATED, "Message": message}}, operation)
