"""Real credentials are neither read nor needed, also not by what was made before the lab."""

import datetime
import os
import sys

import boto3
import pytest
from botocore.credentials import RefreshableCredentials
from botocore.loaders import Loader

from workbook import Lab

CONFIG = """
[profile single-sign-on]
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = developer
region = us-east-1
[profile role]
role_arn = arn:aws:iam::111122223333:role/developer
source_profile = base
region = us-east-1
[profile base]
aws_access_key_id = AKIAREALREALREALREAL
aws_secret_access_key = real
[profile program]
credential_process = {python} -c "open({mark!r}, 'w')"
region = us-east-1
"""


@pytest.fixture
def config(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "config"
    path.write_text(CONFIG.format(python=sys.executable, mark=str(tmp_path / "asked")))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return tmp_path


@pytest.mark.parametrize("profile", ["single-sign-on", "role"])
def test_a_client_made_before_the_lab_does_not_fetch_its_credentials(config, profile):
    sqs = boto3.Session(profile_name=profile).client("sqs")
    with Lab():
        assert "123456789012" in sqs.create_queue(QueueName="orders")["QueueUrl"]


@pytest.mark.parametrize("profile", ["single-sign-on", "role", "program"])
def test_a_session_made_before_the_lab_does_not_look_for_credentials(config, profile):
    session = boto3.Session(profile_name=profile)
    with Lab():
        assert "123456789012" in session.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    assert not (config / "asked").exists()
    assert session._session._credentials is None


def test_credentials_that_are_refreshed_within_the_lab_are_those_of_their_role(lab):
    account = "111122223333"

    def refresh():
        return {
            "access_key": f"AKIA{account}LABX",
            "secret_key": "secret",
            "token": "token",
            "expiry_time": datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC).isoformat(),
        }

    session = boto3.Session()
    session._session._credentials = RefreshableCredentials.create_from_metadata(
        refresh(), refresh, "assume-role"
    )
    assert session.client("sts").get_caller_identity()["Account"] == account


def test_descriptions_of_services_in_the_home_folder_are_not_read(monkeypatch, tmp_path):
    monkeypatch.setattr(Loader, "CUSTOMER_DATA_PATH", str(tmp_path / "models"))
    (tmp_path / "models" / "sqs" / "2012-11-05").mkdir(parents=True)
    (tmp_path / "models" / "sqs" / "2012-11-05" / "service-2.json").write_text("this is no description")
    (tmp_path / "models" / "partitions.json").write_text("nor this")
    before = boto3.Session(region_name="us-east-1")
    with Lab() as lab:
        assert lab.client("sqs").list_queues()
        assert before.client("sqs").list_queues()
