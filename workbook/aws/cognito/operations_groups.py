"""The operations on groups of users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.cognito.checks import check, check_model
from workbook.aws.cognito.errors import GroupExists, InvalidParameter
from workbook.aws.cognito.registry import Group, Pool, Settings, find_pool, members
from workbook.aws.paging import Pages
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

_SETTINGS = ("Description", "RoleArn", "Precedence")
_PAGES = Pages(size=60, largest=60, maximum="Limit", invalid=lambda: InvalidParameter("Invalid NextToken"))


def create_group(call: Call) -> Answer:
    """CreateGroup."""
    parameters = call.parameters
    check("CreateGroup", parameters, "UserPoolId GroupName Description RoleArn Precedence")
    pool = _pool(call)
    name = parameters["GroupName"]
    if name in pool.groups:
        raise GroupExists
    settings = {key: parameters[key] for key in _SETTINGS if parameters.get(key) is not None}
    pool.groups[name] = Group(name, settings, call.world.clock.now)
    return {"Group": _description(pool, pool.groups[name])}


def get_group(call: Call) -> Answer:
    """GetGroup."""
    pool = _pool(call)
    return {"Group": _description(pool, pool.group(call.parameters["GroupName"]))}


def list_groups(call: Call) -> Answer:
    """ListGroups."""
    check_model("ListGroups", call.parameters)
    pool = _pool(call)
    shown = [_description(pool, group) for group in pool.groups.values()]
    return _PAGES.page("Groups", shown, call.parameters)


def delete_group(call: Call) -> Answer:
    """DeleteGroup; its users stay."""
    pool = _pool(call)
    group = pool.group(call.parameters["GroupName"])
    for user in members(group, pool):
        del user.groups[group.name]
    del pool.groups[group.name]
    return None


def admin_add_user_to_group(call: Call) -> Answer:
    """AdminAddUserToGroup; who is in it stays so."""
    pool = _pool(call)
    user, group = pool.user(call.parameters["Username"]), pool.group(call.parameters["GroupName"])
    user.groups[group.name] = None
    group.users[user.username] = None
    return None


def admin_remove_user_from_group(call: Call) -> Answer:
    """AdminRemoveUserFromGroup; who is not in it stays so."""
    pool = _pool(call)
    user, group = pool.user(call.parameters["Username"]), pool.group(call.parameters["GroupName"])
    user.groups.pop(group.name, None)
    group.users.pop(user.username, None)
    return None


def admin_list_groups_for_user(call: Call) -> Answer:
    """AdminListGroupsForUser."""
    check_model("AdminListGroupsForUser", call.parameters)
    pool = _pool(call)
    groups = pool.groups_of(pool.user(call.parameters["Username"]))
    return _PAGES.page("Groups", [_description(pool, group) for group in groups], call.parameters)


def list_users_in_group(call: Call) -> Answer:
    """ListUsersInGroup."""
    check_model("ListUsersInGroup", call.parameters)
    pool = _pool(call)
    users = members(pool.group(call.parameters["GroupName"]), pool)
    return _PAGES.page("Users", [user.description() for user in users], call.parameters)


OPERATIONS = (
    create_group,
    get_group,
    list_groups,
    delete_group,
    admin_add_user_to_group,
    admin_remove_user_from_group,
    admin_list_groups_for_user,
    list_users_in_group,
)


# ---- helpers


def _pool(call: Call) -> Pool:
    return find_pool(call.world, call.account, call.region, call.parameters["UserPoolId"])


def _description(pool: Pool, group: Group) -> Settings:
    made = datetime_of(group.created_at)
    return {
        "GroupName": group.name,
        "UserPoolId": pool.id,
        **group.settings,
        "LastModifiedDate": made,
        "CreationDate": made,
    }
