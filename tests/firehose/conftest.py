"""A bucket, a role that may write there, and delivery streams between the two."""

from __future__ import annotations

import gzip

import pytest
from access import document
from botocore.config import Config

from workbook import Lab

ONE_TRY = Config(retries={"total_max_attempts": 1})
ACCOUNT = "123456789012"
BUCKET = "arn:aws:s3:::lake"
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "firehose.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": ACCOUNT}},
}


class Hose:
    """A delivery stream of a lab, `clicks` if nothing else is said, that writes to the bucket `lake`."""

    def __init__(self, lab):
        self.lab = lab
        self.s3, self.iam = lab.client("s3"), lab.client("iam")
        self.firehose = lab.client("firehose", config=ONE_TRY)
        self.s3.create_bucket(Bucket="lake")
        self.role = self.make_role("hose", TRUST)
        self.allow()

    def make_role(self, name, trust):
        return self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]

    def allow(self, action="s3:PutObject", resource=f"{BUCKET}/*", role="hose"):
        policy = document({"Effect": "Allow", "Action": action, "Resource": resource})
        self.iam.put_role_policy(RoleName=role, PolicyName="does", PolicyDocument=policy)

    def forbid(self):
        self.iam.delete_role_policy(RoleName="hose", PolicyName="does")

    def settings(self, **options):
        return {"RoleARN": self.role, "BucketARN": BUCKET, **options}

    def create(self, name="clicks", **options):
        """Make a stream, ready for records; the answer is its ARN."""
        answer = self.firehose.create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration=self.settings(**options)
        )
        self.lab.advance(seconds=30)
        self.lab.advance(seconds=1 - self.lab.now.microsecond / 1e6)
        return answer["DeliveryStreamARN"]

    def put(self, text, name="clicks"):
        data = text if isinstance(text, bytes) else text.encode()
        return self.firehose.put_record(DeliveryStreamName=name, Record={"Data": data})["RecordId"]

    def put_batch(self, *texts, name="clicks"):
        records = [{"Data": text} for text in texts]
        return self.firehose.put_record_batch(DeliveryStreamName=name, Records=records)

    def keys(self):
        """The names of all objects, in the order in which they were written."""
        found = self.s3.list_objects_v2(Bucket="lake").get("Contents", [])
        return [each["Key"] for each in sorted(found, key=lambda each: (each["LastModified"], each["Key"]))]

    def texts(self):
        """What all objects hold, as text, in the order in which they were written."""
        return [self.text(key) for key in self.keys()]

    def text(self, key):
        data = self.s3.get_object(Bucket="lake", Key=key)["Body"].read()
        return (gzip.decompress(data) if key.endswith(".gz") else data).decode()

    def hops(self, *kinds):
        return [hop for hop in self.lab.trace if hop.kind in kinds]


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def hose(lab):
    return Hose(lab)


@pytest.fixture(scope="session")
def make_hose():
    return Hose
