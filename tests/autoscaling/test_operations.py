"""The API of Auto Scaling: pages, what is refused and in which words, and the seams in moto."""

from __future__ import annotations

import boto3
import moto.cloudwatch.models
import pytest
from auto_scaling_learner import (
    GROUP,
    LOAD,
    activities,
    alarm,
    create_group,
    described,
    feed,
    launch_template,
    track,
)
from learner import hops, refused
from moto import mock_aws
from moto.autoscaling.responses import AutoScalingResponse
from moto.cloudwatch.responses import CloudWatchResponse

from workbook import Lab
from workbook.aws import cloudwatch
from workbook.aws.autoscaling import OPERATIONS


@pytest.fixture
def asg(lab):
    return create_group(lab, 1, 5)


def create(asg, name="others", **parameters):
    """CreateAutoScalingGroup with what it needs."""
    given = {
        "MinSize": 0,
        "MaxSize": 3,
        "AvailabilityZones": ["us-east-1a"],
        "LaunchTemplate": {"LaunchTemplateName": "workers-template"},
        **parameters,
    }
    asg.create_auto_scaling_group(AutoScalingGroupName=name, **given)


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"MinSize": 4}, "Max bound, 3, must be greater than or equal to min bound, 4"),
        ({"AvailabilityZones": []}, "At least one Availability Zone or VPC Subnet is required."),
        ({"AvailabilityZones": ["us-east-1z"]}, r"Invalid availability zones: \[us-east-1z\]"),
        ({"LaunchTemplate": {"LaunchTemplateName": "none"}}, "fully-formed launch template"),
        ({"LaunchTemplate": {"LaunchTemplateName": "workers-template", "Version": "7"}}, "version 7"),
        ({"LaunchTemplate": {}}, "must contain either LaunchTemplate"),
        ({"DefaultInstanceWarmup": 4000}, "from 0 to 3600"),
        ({"TerminationPolicies": ["Default", "OldestInstance"]}, "must be the last"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_a_group_that_cannot_be_is_refused(asg, parameters, text):
    with pytest.raises(asg.exceptions.ClientError, match=f"ValidationError.*{text}"):
        create(asg, **parameters)
    assert [
        group["AutoScalingGroupName"] for group in asg.describe_auto_scaling_groups()["AutoScalingGroups"]
    ] == [GROUP]


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"VPCZoneIdentifier": "subnet-1"}, "VPCZoneIdentifier is not simulated"),
        (
            {"MixedInstancesPolicy": {"InstancesDistribution": {"OnDemandBaseCapacity": 1}}},
            "MixedInstancesPolicy is not simulated",
        ),
        ({"HealthCheckType": "ELB"}, "HealthCheckType=ELB is not simulated"),
        ({"TerminationPolicies": ["AllocationStrategy"]}, "termination policy AllocationStrategy"),
        ({"MaxInstanceLifetime": 86400}, "MaxInstanceLifetime is not simulated"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_what_a_group_cannot_do_here_is_refused_by_name(asg, parameters, text):
    with refused("NotSimulatedByWorkbook", text):
        create(asg, **parameters)


def test_a_name_can_be_used_once_and_has_no_colon(asg):
    with refused("AlreadyExists", "AutoScalingGroup by this name already exists"):
        create(asg, GROUP)
    with refused("ValidationError", "no colon"):
        create(asg, "a:b")


def test_a_template_without_an_image_launches_nothing(lab, asg):
    lab.client("ec2").create_launch_template(
        LaunchTemplateName="empty", LaunchTemplateData={"InstanceType": "t3.micro"}
    )
    with refused("ValidationError", "must contain the parameter ImageId"):
        create(asg, LaunchTemplate={"LaunchTemplateName": "empty"})


def test_a_launch_fails_when_its_template_is_gone(lab, asg):
    lab.client("ec2").delete_launch_template(LaunchTemplateName="workers-template")
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    failed = activities(asg)[0]
    assert (failed["StatusCode"], failed["Progress"]) == ("Failed", 100)
    assert "workers-template" in failed["StatusMessage"]
    assert len(described(asg)["Instances"]) == 1
    assert [hop.outcome for hop in hops(lab, "launch")] == ["ok", "Failed"]


def test_groups_instances_and_ids_that_are_not_there(asg):
    with refused("ValidationError", "AutoScalingGroup name not found"):
        asg.set_desired_capacity(AutoScalingGroupName="nobody", DesiredCapacity=1)
    with refused("ValidationError", "is not part of Auto Scaling group workers"):
        asg.set_instance_protection(
            InstanceIds=["i-0"], AutoScalingGroupName=GROUP, ProtectedFromScaleIn=True
        )
    with refused("ValidationError", "No managed instance found"):
        asg.set_instance_health(InstanceId="i-0", HealthStatus="Unhealthy")
    assert asg.describe_auto_scaling_groups(AutoScalingGroupNames=["nobody"])["AutoScalingGroups"] == []


def test_an_instance_that_is_not_in_service_yet_cannot_be_protected(asg):
    pending = described(asg)["Instances"][0]["InstanceId"]
    with refused("ValidationError", "not in InService state but Pending"):
        asg.set_instance_protection(
            InstanceIds=[pending], AutoScalingGroupName=GROUP, ProtectedFromScaleIn=True
        )


def test_a_bad_instance_within_its_grace_period_stays(lab):
    asg = create_group(lab, 1, 3, name="graceful", HealthCheckGracePeriod=120)
    lab.advance(61)
    (instance,) = described(asg, "graceful")["Instances"]
    asg.set_instance_health(InstanceId=instance["InstanceId"], HealthStatus="Unhealthy")
    assert described(asg, "graceful")["Instances"][0]["LifecycleState"] == "InService"
    asg.set_instance_health(
        InstanceId=instance["InstanceId"], HealthStatus="Unhealthy", ShouldRespectGracePeriod=False
    )
    assert described(asg, "graceful")["Instances"][0]["LifecycleState"] == "Terminating"


def test_an_instance_that_is_no_more_wanted_while_it_launches_never_comes_into_service(lab, asg):
    asg.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=0, DesiredCapacity=0)
    lab.advance(120)
    assert described(asg)["Instances"] == []
    assert hops(lab, "in-service") == []
    assert sorted(each["StatusCode"] for each in activities(asg)) == ["Cancelled", "Successful"]


def test_a_group_that_is_being_deleted_cannot_be_changed(asg):
    asg.delete_auto_scaling_group(AutoScalingGroupName=GROUP, ForceDelete=True)
    with refused("ValidationError", "is pending delete"):
        asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)


def test_an_alarm_of_somebody_else_does_not_move_a_target_tracking_policy(lab, asg):
    arn = track(asg, 10.0)["PolicyARN"]
    alarm(lab.client("cloudwatch"), arn, threshold=1.0)
    feed(lab, 9, 9, 9)
    assert described(asg)["DesiredCapacity"] == 1


def test_descriptions_come_in_pages(lab, asg):
    for number in range(4):
        create(asg, f"group-{number}", MinSize=1)
    pages = asg.get_paginator("describe_auto_scaling_groups").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["AutoScalingGroups"]) for page in pages] == [2, 2, 1]
    pages = asg.get_paginator("describe_scaling_activities").paginate(PaginationConfig={"PageSize": 3})
    assert [len(page["Activities"]) for page in pages] == [3, 2]
    assert len(asg.describe_auto_scaling_instances()["AutoScalingInstances"]) == 5
    with refused("InvalidNextToken"):
        asg.describe_auto_scaling_groups(NextToken="?")


def test_tags_and_settings_are_shown(lab, asg):
    create(asg, Tags=[{"Key": "team", "Value": "cakes", "PropagateAtLaunch": True}], DefaultCooldown=60)
    shown = described(asg, "others")
    assert shown["Tags"][0] == {
        "ResourceId": "others",
        "ResourceType": "auto-scaling-group",
        "Key": "team",
        "Value": "cakes",
        "PropagateAtLaunch": True,
    }
    assert (shown["DefaultCooldown"], shown["TerminationPolicies"], shown["Instances"]) == (
        60,
        ["Default"],
        [],
    )


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"PolicyType": "Magic"}, "must be one of"),
        ({"AdjustmentType": "Twice", "ScalingAdjustment": 1}, "AdjustmentType 'Twice'"),
        ({"AdjustmentType": "ChangeInCapacity"}, "ScalingAdjustment is required"),
        (
            {"AdjustmentType": "ChangeInCapacity", "ScalingAdjustment": 1, "EstimatedInstanceWarmup": 9},
            "cannot be used with the policy type SimpleScaling",
        ),
        (
            {"AdjustmentType": "ChangeInCapacity", "ScalingAdjustment": 1, "MinAdjustmentMagnitude": 2},
            "MinAdjustmentMagnitude can only",
        ),
        ({"AdjustmentType": "ExactCapacity", "ScalingAdjustment": -1}, "must not be negative"),
        ({"PolicyType": "StepScaling", "AdjustmentType": "ChangeInCapacity"}, "At least one StepAdjustment"),
        ({"PolicyType": "TargetTrackingScaling"}, "TargetTrackingConfiguration is required"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(asg, parameters, text):
    with refused("ValidationError", text):
        asg.put_scaling_policy(AutoScalingGroupName=GROUP, PolicyName="p", **parameters)
    assert asg.describe_policies()["ScalingPolicies"] == []


def test_metrics_that_instances_do_not_have_here_are_refused_by_name(asg):
    predefined = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
    with refused("NotSimulatedByWorkbook", "ASGAverageCPUUtilization"):
        asg.put_scaling_policy(
            AutoScalingGroupName=GROUP,
            PolicyName="cpu",
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={"TargetValue": 50.0, "PredefinedMetricSpecification": predefined},
        )


def test_a_policy_that_is_put_again_keeps_its_name_and_its_alarms(lab, asg):
    first = track(asg, 10.0)
    second = track(asg, 20.0)
    assert first == {**second, "ResponseMetadata": first["ResponseMetadata"]}
    (policy,) = asg.describe_policies(PolicyTypes=["TargetTrackingScaling"])["ScalingPolicies"]
    assert policy["TargetTrackingConfiguration"]["TargetValue"] == 20.0
    thresholds = [each["Threshold"] for each in lab.client("cloudwatch").describe_alarms()["MetricAlarms"]]
    assert thresholds == [20.0, 14.0]


def test_a_policy_that_is_disabled_does_nothing(lab, asg):
    asg.put_scaling_policy(
        AutoScalingGroupName=GROUP,
        PolicyName="off",
        PolicyType="TargetTrackingScaling",
        Enabled=False,
        TargetTrackingConfiguration={"TargetValue": 1.0, "CustomizedMetricSpecification": LOAD},
    )
    data = [{"MetricName": "Load", "Value": 100.0}]
    for _ in range(5):
        lab.client("cloudwatch").put_metric_data(Namespace="Bakery", MetricData=data)
        lab.advance(60)
    assert described(asg)["DesiredCapacity"] == 1


def test_a_step_that_does_not_fit_is_in_the_trace(lab, asg):
    arn = asg.put_scaling_policy(
        AutoScalingGroupName=GROUP,
        PolicyName="up",
        PolicyType="StepScaling",
        AdjustmentType="ChangeInCapacity",
        StepAdjustments=[{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    )["PolicyARN"]
    asg.execute_policy(PolicyName=arn, MetricValue=1.0, BreachThreshold=5.0)
    (declined,) = [hop for hop in hops(lab, "scale") if hop.outcome != "ok"]
    assert (declined.outcome, declined.facts["from"], declined.facts["to"]) == ("NoStep", 1, 1)


def test_other_accounts_and_regions_have_groups_of_their_own(lab, asg):
    assert (
        lab.client("autoscaling", account="111122223333").describe_auto_scaling_groups()["AutoScalingGroups"]
        == []
    )
    elsewhere = lab.client("autoscaling", region_name="eu-west-1")
    assert elsewhere.describe_auto_scaling_groups()["AutoScalingGroups"] == []


def test_what_a_group_is_set_to_is_in_the_trace(lab, asg):
    asg.update_auto_scaling_group(AutoScalingGroupName=GROUP, MaxSize=9)
    asg.delete_auto_scaling_group(AutoScalingGroupName=GROUP, ForceDelete=True)
    arn = hops(lab, "launch")[0].resource
    changes = [
        hop for hop in lab.trace if hop.resource == arn and hop.kind in {"create", "configure", "remove"}
    ]
    assert [hop.kind for hop in changes] == ["create", "configure", "remove"]
    assert changes[1].facts["settings"]["MaxSize"] == 9


def test_operations_that_are_not_simulated_are_refused_by_name(asg):
    with refused("NotSimulatedByWorkbook", "autoscaling:PutLifecycleHook"):
        asg.put_lifecycle_hook(LifecycleHookName="wait", AutoScalingGroupName=GROUP)


# ---- the seams


def test_every_seam_is_put_back_when_the_lab_closes():
    owners = (AutoScalingResponse, CloudWatchResponse)
    before = [dict(vars(owner)) for owner in owners]
    with Lab() as lab:
        launch_template(lab)
        lab.client("autoscaling").describe_auto_scaling_groups()
        lab.client("cloudwatch").describe_alarms()
        for name, owner in [*dict.fromkeys(OPERATIONS, AutoScalingResponse).items()]:
            assert getattr(owner, name) is not before[0].get(name)
        for name in cloudwatch.OPERATIONS:
            assert getattr(CloudWatchResponse, name) is not before[1].get(name)
    assert [dict(vars(owner)) for owner in owners] == before


@pytest.fixture
def plain_moto(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.mark.usefixtures("plain_moto")
def test_moto_still_launches_in_the_request_and_tells_no_activity():
    boto3.client("ec2").create_launch_template(
        LaunchTemplateName="workers-template", LaunchTemplateData={"ImageId": "ami-0abcdef1234567890"}
    )
    asg = boto3.client("autoscaling")
    create(asg, GROUP, MinSize=1)
    assert [each["LifecycleState"] for each in described(asg)["Instances"]] == ["InService"]
    assert activities(asg) == []


@pytest.mark.usefixtures("plain_moto")
def test_moto_still_takes_an_expression_for_the_id_of_a_metric():
    assert moto.cloudwatch.models.parse_expression(
        "a / b", [{"id": "a", "values": [1], "timestamps": [1]}]
    ) == ([], [])


@pytest.mark.usefixtures("plain_moto")
def test_moto_still_never_evaluates_an_alarm():
    client = boto3.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName="a",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Threshold=1.0,
        Period=60,
        **LOAD,
    )
    assert client.describe_alarms()["MetricAlarms"][0]["StateValue"] == "OK"
