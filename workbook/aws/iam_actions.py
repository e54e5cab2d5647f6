"""Which IAM action a request needs: mostly the operation's own name, with the prefix of its service.

Scheduler's universal targets and the tasks of Step Functions call whatever the request says, in a role's
name, so this is found from botocore's model and a short list of exceptions.

Source: Service Authorization Reference, the actions of each service.
"""

from __future__ import annotations

from moto.core.utils import get_service_model

_PREFIXES = {"monitoring": "cloudwatch"}
"""IAM's prefix of a service, where it is not the name with which its requests are signed."""
_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sns:PublishBatch": "sns:Publish",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:UploadPartCopy": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListParts": "s3:ListMultipartUploadParts",
}
"""The action that IAM asks for, where it has another name than the operation."""


def action_of(client: str, operation: str) -> str:
    """The IAM action of an operation ("SendMessage") of a service, by boto3's name ("sqs")."""
    signed_as = get_service_model(client).signing_name
    name = f"{_PREFIXES.get(signed_as, signed_as)}:{operation}"
    return _ACTIONS.get(name, name)
