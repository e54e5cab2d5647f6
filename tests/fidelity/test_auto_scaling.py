"""EC2 Auto Scaling, as its user guide and the service model describe it: the rows AS of the ledger."""

from __future__ import annotations

import pytest
from auto_scaling_learner import (
    BACKLOG,
    GROUP,
    WORKS_FIVE_SECONDS,
    activities,
    alarm,
    clients,
    create_group,
    described,
    feed,
    full_minute,
    instances,
    launch_template,
    scalings,
    state_of,
    track,
)
from learner import hops, queue, refused, send

from workbook.aws.autoscaling.adjustments import adjusted, step_for

LOW = [0.0] * 15
"""A quarter of an hour without load."""


def simple_policy(asg, adjustment=1, kind="ChangeInCapacity", **options):
    """A simple scaling policy; its ARN."""
    return asg.put_scaling_policy(
        AutoScalingGroupName=GROUP,
        PolicyName="simple",
        AdjustmentType=kind,
        ScalingAdjustment=adjustment,
        **options,
    )["PolicyARN"]


def in_service(lab, least, most, **options):
    """A group whose first instances are in service; the client of Auto Scaling."""
    asg = create_group(lab, least, most, **options)
    lab.advance(61)
    return asg


# ---- groups and their instances


def test_as_01_a_group_launches_its_desired_capacity_or_else_its_minimum(lab):
    asg = create_group(lab, 1, 5, DesiredCapacity=3)
    assert len(instances(asg, "Pending")) == 3
    lab.advance(61)
    assert len(instances(asg, "InService")) == 3
    create_group(lab, 2, 5, name="others")
    assert described(asg, "others")["DesiredCapacity"] == len(instances(asg, name="others")) == 2


def test_as_02_the_desired_capacity_stays_within_the_group_s_bounds(lab):
    with refused(
        "ValidationError", "Desired capacity:9 must be between the specified min size:1 and max size:5"
    ):
        create_group(lab, 1, 5, DesiredCapacity=9)
    asg = create_group(lab, 1, 5, name="bounded")
    with refused("ValidationError", "New SetDesiredCapacity value 6 is above max value 5"):
        asg.set_desired_capacity(AutoScalingGroupName="bounded", DesiredCapacity=6)
    with refused("ValidationError", "New SetDesiredCapacity value 0 is below min value 1"):
        asg.set_desired_capacity(AutoScalingGroupName="bounded", DesiredCapacity=0)


def test_as_03_new_bounds_move_a_desired_capacity_that_lies_outside(lab):
    asg = create_group(lab, 2, 5)
    asg.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=4)
    assert described(asg)["DesiredCapacity"] == 4
    asg.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=0, MaxSize=1)
    assert described(asg)["DesiredCapacity"] == 1


def test_as_04_instances_are_spread_evenly_over_the_availability_zones(lab):
    asg = create_group(lab, 5, 9, AvailabilityZones=["us-east-1a", "us-east-1b"])
    zones = sorted(instance["AvailabilityZone"] for instance in described(asg)["Instances"])
    assert zones == ["us-east-1a"] * 3 + ["us-east-1b"] * 2


def test_as_05_a_launch_takes_the_version_of_the_template_that_holds_then(lab):
    launch_template(lab, "bakers", InstanceType="t3.micro")
    latest = {"LaunchTemplateName": "bakers", "Version": "$Latest"}
    asg = create_group(lab, 1, 5, LaunchTemplate=latest)
    larger = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "t3.large"}
    lab.client("ec2").create_launch_template_version(LaunchTemplateName="bakers", LaunchTemplateData=larger)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    shown = [
        (each["InstanceType"], each["LaunchTemplate"]["Version"]) for each in described(asg)["Instances"]
    ]
    assert shown == [("t3.micro", "1"), ("t3.large", "2")]


def test_as_06_an_activity_tells_its_cause(lab):
    asg = in_service(lab, 1, 5)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    newest = activities(asg)[0]
    assert newest["Description"] == f"Launching a new EC2 instance: {instances(asg, 'Pending')[0]}"
    assert newest["Cause"] == (
        "At 2026-01-05T09:01:01Z a user request explicitly set group desired capacity changing the desired "
        "capacity from 1 to 2.  At 2026-01-05T09:01:01Z an instance was started in response to a difference "
        "between desired and actual capacity, increasing the capacity from 1 to 2."
    )
    assert (newest["StatusCode"], newest["Progress"]) == ("PreInService", 30)
    lab.advance(61)
    assert (activities(asg)[0]["StatusCode"], activities(asg)[0]["Progress"]) == ("Successful", 100)


def test_as_07_a_group_with_instances_is_deleted_by_force_only(lab):
    asg = in_service(lab, 2, 5)
    with refused("ResourceInUse", "while there are instances"):
        asg.delete_auto_scaling_group(AutoScalingGroupName=GROUP)
    asg.delete_auto_scaling_group(AutoScalingGroupName=GROUP, ForceDelete=True)
    assert described(asg)["Status"] == "Delete in progress"
    lab.advance(60)
    assert asg.describe_auto_scaling_groups()["AutoScalingGroups"] == []


def test_as_08_an_instance_is_terminated_with_or_without_another_in_its_place(lab):
    asg = in_service(lab, 1, 5, DesiredCapacity=3)
    first, second, third = instances(asg)
    asg.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=True)
    assert (described(asg)["DesiredCapacity"], instances(asg)) == (2, [second, third])
    asg.terminate_instance_in_auto_scaling_group(InstanceId=second, ShouldDecrementDesiredCapacity=False)
    assert (described(asg)["DesiredCapacity"], len(instances(asg))) == (2, 2)
    assert len(instances(asg, "Pending")) == 1


def test_as_09_an_unhealthy_instance_is_replaced_at_once_cooldown_or_not(lab):
    asg = in_service(lab, 1, 5)
    asg.execute_policy(PolicyName=simple_policy(asg))
    lab.advance(61)
    sick = instances(asg)[0]
    asg.set_instance_health(InstanceId=sick, HealthStatus="Unhealthy")
    assert sick not in instances(asg)
    assert len(instances(asg)) == described(asg)["DesiredCapacity"] == 2


def test_as_10_group_metrics_come_each_minute_once_they_are_enabled(lab):
    asg, cloudwatch = create_group(lab, 2, 5), clients(lab)[1]
    full_minute(lab)
    assert cloudwatch.list_metrics(Namespace="AWS/AutoScaling")["Metrics"] == []
    asg.enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="1Minute")
    start = lab.now
    lab.advance(180)
    statistics = cloudwatch.get_metric_statistics(
        Namespace="AWS/AutoScaling",
        MetricName="GroupInServiceInstances",
        Dimensions=[{"Name": "AutoScalingGroupName", "Value": GROUP}],
        StartTime=start.replace(second=0, microsecond=0),
        EndTime=lab.now,
        Period=60,
        Statistics=["Average"],
    )
    assert [each["Average"] for each in statistics["Datapoints"]] == [2.0, 2.0, 2.0]


# ---- which instance goes


def test_as_11_the_zone_with_the_most_instances_loses_one_first(lab):
    asg = in_service(lab, 0, 9, DesiredCapacity=3, AvailabilityZones=["us-east-1a", "us-east-1b"])
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    zones = {each["AvailabilityZone"] for each in described(asg)["Instances"] if _stays(each)}
    assert zones == {"us-east-1a", "us-east-1b"}


def test_as_12_by_default_an_instance_of_the_oldest_template_goes_first(lab):
    launch_template(lab, "bakers")
    latest = {"LaunchTemplateName": "bakers", "Version": "$Latest"}
    asg = in_service(lab, 0, 9, DesiredCapacity=3, LaunchTemplate=latest)
    old = instances(asg)
    data = {"ImageId": "ami-0abcdef1234567890"}
    lab.client("ec2").create_launch_template_version(LaunchTemplateName="bakers", LaunchTemplateData=data)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=6)
    lab.advance(61)
    new = [each for each in instances(asg) if each not in old]
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=3)
    assert instances(asg) == new


def test_as_13_then_the_one_that_is_closest_to_its_next_billing_hour(lab):
    asg = in_service(lab, 0, 9, DesiredCapacity=1)
    (first,) = instances(asg)
    lab.advance(minutes=30)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    lab.advance(minutes=20)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)
    assert first not in instances(asg)  # 9 minutes of its hour are left, of the other's 40


@pytest.mark.parametrize(("policy", "survivor"), [("NewestInstance", 0), ("OldestInstance", 1)])
def test_as_14_other_termination_policies_take_the_newest_or_the_oldest(lab, policy, survivor):
    asg = in_service(lab, 0, 9, DesiredCapacity=1, TerminationPolicies=[policy])
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    lab.advance(61)
    both = instances(asg)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)
    assert instances(asg) == [both[survivor]]


def test_as_15_a_protected_instance_is_kept_when_the_group_scales_in(lab):
    asg = in_service(lab, 0, 9, DesiredCapacity=3)
    kept = instances(asg)[0]
    asg.set_instance_protection(InstanceIds=[kept], AutoScalingGroupName=GROUP, ProtectedFromScaleIn=True)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)
    assert instances(asg) == [kept]


def test_as_16_where_all_are_protected_the_group_keeps_more_than_it_desires(lab):
    asg = in_service(lab, 0, 9, DesiredCapacity=2, NewInstancesProtectedFromScaleIn=True)
    both = instances(asg)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)
    assert (described(asg)["DesiredCapacity"], instances(asg)) == (1, both)
    assert activities(asg)[0]["StatusMessage"] == (
        "Could not scale to desired capacity because all remaining instances are protected from scale-in."
    )
    asg.set_instance_protection(InstanceIds=[both[1]], AutoScalingGroupName=GROUP, ProtectedFromScaleIn=False)
    assert instances(asg) == [both[0]]


def test_as_17_protection_for_new_instances_does_not_reach_those_that_are_there(lab):
    asg = in_service(lab, 0, 9, DesiredCapacity=1)
    asg.update_auto_scaling_group(AutoScalingGroupName=GROUP, NewInstancesProtectedFromScaleIn=True)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    lab.advance(61)
    assert [each["ProtectedFromScaleIn"] for each in described(asg)["Instances"]] == [False, True]


def test_as_18_protection_helps_neither_against_a_request_nor_against_bad_health(lab):
    asg = in_service(lab, 0, 9, DesiredCapacity=2, NewInstancesProtectedFromScaleIn=True)
    first, second = instances(asg)
    asg.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=True)
    asg.set_instance_health(InstanceId=second, HealthStatus="Unhealthy")
    assert {first, second}.isdisjoint(instances(asg))


# ---- target tracking


def test_as_19_target_tracking_makes_two_alarms_3_minutes_high_and_15_minutes_low(lab):
    asg, cloudwatch = create_group(lab, 1, 5), clients(lab)[1]
    answer = track(asg, 20.0)
    shown = {each["AlarmName"]: each for each in cloudwatch.describe_alarms()["MetricAlarms"]}
    high, low = (shown[each["AlarmName"]] for each in answer["Alarms"])
    assert high["AlarmName"].startswith("TargetTracking-workers-AlarmHigh-")
    assert low["AlarmName"].startswith("TargetTracking-workers-AlarmLow-")
    rules = [
        (each["ComparisonOperator"], each["Threshold"], each["EvaluationPeriods"]) for each in (high, low)
    ]
    assert rules == [("GreaterThanThreshold", 20.0, 3), ("LessThanThreshold", 14.0, 15)]
    assert {each["Period"] for each in (high, low)} == {60}


def test_as_20_it_scales_out_in_proportion_as_far_as_the_group_may(lab):
    asg = in_service(lab, 2, 8)
    track(asg, 10.0)
    feed(lab, 25, 25)
    assert described(asg)["DesiredCapacity"] == 2
    feed(lab, 25)
    assert described(asg)["DesiredCapacity"] == 5  # 2 x 25 / 10
    feed(lab, *[400] * 10)
    assert described(asg)["DesiredCapacity"] == 8


def test_as_21_it_scales_in_after_15_minutes_step_by_step(lab):
    asg = in_service(lab, 1, 8, DesiredCapacity=4)
    track(asg, 10.0)
    feed(lab, *LOW[:14])
    assert described(asg)["DesiredCapacity"] == 4
    feed(lab, 0)
    assert described(asg)["DesiredCapacity"] == 3
    feed(lab, 0, 0, 0, 0)
    assert (described(asg)["DesiredCapacity"], scalings(lab)[1:]) == (1, [(4, 3), (3, 2), (2, 1)])


def test_as_22_it_removes_none_where_the_rest_would_be_above_the_target(lab):
    asg = in_service(lab, 1, 8, DesiredCapacity=2)
    track(asg, 10.0)
    feed(lab, *[6.0] * 17)  # below 7, so the alarm is on; but one instance would have 12
    assert described(asg)["DesiredCapacity"] == 2


def test_as_23_while_instances_warm_up_the_same_load_adds_no_more(lab):
    asg = in_service(lab, 2, 20)
    track(asg, 10.0, EstimatedInstanceWarmup=300)
    feed(lab, 20, 20, 20)
    assert described(asg)["DesiredCapacity"] == 4
    feed(lab, 20, 20, 20, 20)  # in service for 3 minutes by now, but not warm
    assert described(asg)["DesiredCapacity"] == 4
    feed(lab, 20, 20, 20)
    assert described(asg)["DesiredCapacity"] == 8


def test_as_24_while_instances_warm_up_nothing_is_removed(lab):
    asg = in_service(lab, 1, 20)
    track(asg, 10.0, EstimatedInstanceWarmup=1800)
    feed(lab, 30, 30, 30, *LOW)
    assert described(asg)["DesiredCapacity"] == 3
    feed(lab, *[0] * 20)
    assert described(asg)["DesiredCapacity"] < 3


@pytest.mark.parametrize(
    ("group_options", "policy_options", "seconds"),
    [
        ({"DefaultInstanceWarmup": 120}, {"EstimatedInstanceWarmup": 40}, 40),
        ({"DefaultInstanceWarmup": 120}, {}, 120),
        ({"DefaultCooldown": 200}, {}, 200),
    ],
    ids=["its own", "the group's", "the default cooldown"],
)
def test_as_25_the_warmup_is_the_policy_s_or_the_group_s_or_the_default_cooldown(
    lab, group_options, policy_options, seconds
):
    asg = in_service(lab, 1, 5, **group_options)
    lab.advance(3600)
    put_steps(asg, (None, 0.0, -1), kind="ChangeInCapacity")
    track(asg, 10.0, **policy_options)
    feed(lab, 20, 20, 20)
    asg.delete_policy(
        AutoScalingGroupName=GROUP, PolicyName="track"
    )  # or it would go on with what it saw last
    lab.advance(60 + seconds - 2)  # the second instance is in service, and not quite warm
    execute_steps(asg, -1.0)
    assert described(asg)["DesiredCapacity"] == 2
    lab.advance(2)
    execute_steps(asg, -1.0)
    assert described(asg)["DesiredCapacity"] == 1


def test_as_26_with_disable_scale_in_it_only_scales_out(lab):
    asg = in_service(lab, 1, 9, DesiredCapacity=3)
    track(asg, 10.0, DisableScaleIn=True)
    feed(lab, *[0] * 20)
    assert described(asg)["DesiredCapacity"] == 3
    feed(lab, 20, 20, 20)
    assert described(asg)["DesiredCapacity"] == 6


def test_as_27_of_several_policies_one_is_enough_to_scale_out_and_all_are_needed_to_scale_in(lab):
    asg = in_service(lab, 1, 9, DesiredCapacity=2)
    queue_length = {"Namespace": "Bakery", "MetricName": "Orders", "Statistic": "Average"}
    track(asg, 10.0, policy="load")
    track(asg, 10.0, queue_length, policy="orders", EstimatedInstanceWarmup=0)
    feed(lab, *[8] * 20, metric="Orders")
    feed(lab, *LOW)
    assert described(asg)["DesiredCapacity"] == 2  # nothing is known of the orders any more
    feed(lab, 20, 20, 20, metric="Orders")
    assert described(asg)["DesiredCapacity"] == 4


def test_as_28_backlog_per_instance_is_messages_by_instances_in_service(lab, sqs):
    url = queue(sqs)
    asg = in_service(lab, 2, 9)
    asg.enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="1Minute")
    track(asg, 10.0, {"Metrics": BACKLOG})
    for number in range(60):
        send(sqs, url, str(number))
    full_minute(lab)
    lab.advance(180)
    assert described(asg)["DesiredCapacity"] == 6  # 60 / 2 = 30 each, and 10 are wanted


def test_as_29_without_an_instance_there_is_no_backlog_per_instance_and_nothing_scales_out(lab, sqs):
    url = queue(sqs)
    asg = create_group(lab, 0, 9)
    asg.enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="1Minute")
    policy = track(asg, 10.0, {"Metrics": BACKLOG})
    send(sqs, url, *"abc")
    lab.advance(minutes=30)
    assert described(asg)["DesiredCapacity"] == 0
    assert state_of(lab.client("cloudwatch"), policy["Alarms"][0]["AlarmName"]) == "INSUFFICIENT_DATA"


def test_as_30_with_a_target_tracking_policy_go_its_alarms_with_a_step_policy_not(lab):
    asg, cloudwatch = create_group(lab, 1, 5), clients(lab)[1]
    track(asg)
    alarm(cloudwatch, simple_policy(asg))
    asg.delete_policy(AutoScalingGroupName=GROUP, PolicyName="track")
    asg.delete_policy(AutoScalingGroupName=GROUP, PolicyName="simple")
    assert [each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"]] == ["load-high"]


# ---- step and simple scaling


def test_as_31_a_step_is_chosen_by_the_size_of_the_breach(lab):
    steps = [
        {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 0},
        {"MetricIntervalLowerBound": 10.0, "MetricIntervalUpperBound": 20.0, "ScalingAdjustment": 10},
        {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 30},
    ]
    assert [step_for(steps, breach) for breach in (0, 9.9, 10, 19.9, 20, 500)] == [0, 0, 10, 10, 30, 30]
    below = [
        {"MetricIntervalLowerBound": -20.0, "MetricIntervalUpperBound": -10.0, "ScalingAdjustment": -10},
        {"MetricIntervalUpperBound": -20.0, "ScalingAdjustment": -30},
    ]
    assert [step_for(below, breach) for breach in (-9.9, -10, -19.9, -20, -500)] == [None, -10, -10, -30, -30]


def test_as_32_percentages_are_rounded_towards_0_but_never_to_0(lab):
    percent = "PercentChangeInCapacity"
    assert [adjusted(10, percent, each) for each in (127, 7, -6, -67)] == [22, 11, 9, 4]
    assert adjusted(4, percent, 25, 2) == 6
    assert adjusted(3, "ChangeInCapacity", 5) == 8
    assert adjusted(3, "ExactCapacity", 5) == 5


def test_as_33_the_guide_s_example_of_step_scaling_comes_out_as_it_says(lab):
    asg = in_service(lab, 1, 100, DesiredCapacity=10)
    out, into = step_policies(asg)
    alarm(clients(lab)[1], out, threshold=50.0)
    alarm(clients(lab)[1], into, name="low", threshold=50.0, ComparisonOperator="LessThanThreshold")
    feed(lab, 60)
    assert described(asg)["DesiredCapacity"] == 11
    feed(lab, 62, 62)  # the new one warms up: the capacity is still 10, and 11 are desired
    assert described(asg)["DesiredCapacity"] == 11
    feed(lab, *[50] * 8, 70)
    assert described(asg)["DesiredCapacity"] == 14
    feed(lab, *[50] * 8, 40)
    assert described(asg)["DesiredCapacity"] == 13
    feed(lab, 50, 30)
    assert described(asg)["DesiredCapacity"] == 10


def test_as_34_a_higher_step_adds_the_difference_while_the_first_ones_warm_up(lab):
    asg = in_service(lab, 1, 100, DesiredCapacity=10)
    out, _ = step_policies(asg)
    alarm(clients(lab)[1], out, threshold=50.0)
    feed(lab, 60, 70)
    assert scalings(lab)[1:] == [(10, 11), (11, 13)]


def test_as_35_steps_may_neither_overlap_nor_leave_gaps_and_reach_to_infinity(lab):
    asg = create_group(lab, 1, 5)
    with refused("ValidationError", "overlap"):
        put_steps(asg, (0.0, 20.0, 1), (10.0, None, 2))
    with refused("ValidationError", "gaps"):
        put_steps(asg, (0.0, 10.0, 1), (20.0, None, 2))
    with refused("ValidationError", "null upper bound"):
        put_steps(asg, (0.0, 10.0, 1))
    with refused("ValidationError", "null lower bound"):
        put_steps(asg, (-10.0, 0.0, -1))
    with refused("ValidationError", "cannot both be null"):
        put_steps(asg, (None, None, 1))


def test_as_36_after_a_simple_policy_a_cooldown_of_300_seconds_begins_with_the_last_launch(lab):
    asg, cloudwatch = in_service(lab, 1, 9), clients(lab)[1]
    alarm(cloudwatch, simple_policy(asg))
    feed(lab, *[60] * 6)
    assert described(asg)["DesiredCapacity"] == 2
    assert {hop.outcome for hop in hops(lab, "scale")} == {"ok", "Cooldown"}
    feed(lab, 60)  # launched for 60 s, and 300 s are over
    assert described(asg)["DesiredCapacity"] == 3


def test_as_37_a_cooldown_of_the_policy_beats_the_group_s(lab):
    asg, cloudwatch = in_service(lab, 1, 9), clients(lab)[1]
    alarm(cloudwatch, simple_policy(asg, Cooldown=60))
    feed(lab, 60, 60, 60)
    assert described(asg)["DesiredCapacity"] == 3


def test_as_38_a_request_does_not_wait_for_the_cooldown_unless_it_says_so(lab):
    asg = in_service(lab, 1, 9)
    asg.execute_policy(PolicyName=simple_policy(asg))
    lab.advance(61)
    with refused("ScalingActivityInProgress", "is in progress and blocks this action"):
        asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=5, HonorCooldown=True)
    asg.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=5)
    assert described(asg)["DesiredCapacity"] == 5


# ---- work and its end


def test_as_39_a_message_of_a_terminated_worker_comes_back_after_its_visibility_timeout(lab, sqs):
    url = queue(sqs, VisibilityTimeout=120)
    asg = in_service(lab, 1, 5)
    lab.worker(GROUP, WORKS_FIVE_SECONDS, environment={"SECONDS": "60"})
    send(sqs, url, "cake")
    lab.advance(10)
    (busy,) = instances(asg)
    asg.terminate_instance_in_auto_scaling_group(InstanceId=busy, ShouldDecrementDesiredCapacity=False)
    lab.run_until_idle()
    first, second = hops(lab, "receive")
    assert second.time - first.time == pytest.approx(120e6, abs=5e3)
    assert second.facts["receive_count"] == 2
    assert lab.queue("orders").frame().empty


# ---- helpers


def _stays(instance):
    return instance["LifecycleState"] in {"Pending", "InService"}


def put_steps(asg, *steps, kind="PercentChangeInCapacity", name="steps", **options):
    """A step scaling policy from (lower, upper, adjustment); its ARN."""
    adjustments = [
        {
            **({} if lower is None else {"MetricIntervalLowerBound": lower}),
            **({} if upper is None else {"MetricIntervalUpperBound": upper}),
            "ScalingAdjustment": adjustment,
        }
        for lower, upper, adjustment in steps
    ]
    return asg.put_scaling_policy(
        AutoScalingGroupName=GROUP,
        PolicyName=name,
        PolicyType="StepScaling",
        AdjustmentType=kind,
        StepAdjustments=adjustments,
        **options,
    )["PolicyARN"]


def step_policies(asg):
    """The two policies of the guide's example."""
    out = put_steps(asg, (0.0, 10.0, 0), (10.0, 20.0, 10), (20.0, None, 30), name="out")
    into = put_steps(asg, (-10.0, 0.0, 0), (-20.0, -10.0, -10), (None, -20.0, -30), name="in")
    return out, into


def execute_steps(asg, breach):
    """Ask the policy of `put_steps`, as an alarm would whose metric differs by so much from its threshold."""
    asg.execute_policy(
        AutoScalingGroupName=GROUP, PolicyName="steps", MetricValue=breach, BreachThreshold=0.0
    )
