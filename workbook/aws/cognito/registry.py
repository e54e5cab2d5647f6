"""User pools: settings, app clients, groups and users, as AWS keeps and shows them.

    pool ──┬─ app clients       through which users sign up and in, without a signature
           ├─ users             by username; an email address or phone number may stand for it
           └─ groups

None of it is moto's: moto's user pools need a package of their own to be loaded, look for a token's user by
trying all pools, and let a sign-in pass that AWS refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.errors import ResourceNotFound, UserNotFound
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.engine.world import World

Settings = dict[str, Any]
Attributes = dict[str, str]
SERVICE = "cognito-idp.amazonaws.com"
UNCONFIRMED, CONFIRMED = "UNCONFIRMED", "CONFIRMED"
FORCE_CHANGE_PASSWORD, RESET_REQUIRED = "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"


@dataclass
class Code:
    """A code that was sent to a user."""

    text: str
    expires_at: int
    """An instant."""
    attribute: str
    """Whose value it proves: "email" or "phone_number"."""


@dataclass
class User:
    """One user."""

    username: str
    sub: str
    password: str | None
    status: str
    attributes: Attributes
    created_at: int
    """An instant."""
    changed_at: int
    """An instant."""
    enabled: bool = True
    groups: dict[str, None] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    """The last code for each purpose."""
    password_expires_at: int | None = None
    """The instant after which a temporary password is none."""
    failures: int = 0
    """Wrong passwords in a row."""
    locked_until: int = 0
    """The instant before which no password is looked at."""
    signed_out_at: int = -1
    """The instant up to which refresh tokens that were given are worth nothing."""

    @property
    def all_attributes(self) -> Attributes:
        """Its attributes, with the one that nobody chooses."""
        return {"sub": self.sub, **self.attributes}

    def is_verified(self, attribute: str) -> bool:
        """Whether its email address or phone number is known to be its own."""
        return attribute in self.attributes and self.attributes.get(f"{attribute}_verified") == "true"

    def description(self, attributes: str = "Attributes") -> Settings:
        """As AWS shows it, with its attributes under this name."""
        return {
            "Username": self.username,
            attributes: [{"Name": name, "Value": value} for name, value in self.all_attributes.items()],
            "UserCreateDate": datetime_of(self.created_at),
            "UserLastModifiedDate": datetime_of(self.changed_at),
            "Enabled": self.enabled,
            "UserStatus": self.status,
        }


@dataclass
class Client:
    """One app client."""

    id: str
    pool: Pool
    settings: Settings
    created_at: int
    """An instant."""
    changed_at: int
    """An instant."""

    @property
    def secret(self) -> str | None:
        """What a request has to be signed with, if the client has one."""
        return self.settings.get("ClientSecret")

    @property
    def hides_users(self) -> bool:
        """Whether its errors do not tell if a user exists."""
        return bool(self.settings.get("PreventUserExistenceErrors") == "ENABLED")

    def description(self) -> Settings:
        """As AWS shows it."""
        return {
            "UserPoolId": self.pool.id,
            "ClientId": self.id,
            "LastModifiedDate": datetime_of(self.changed_at),
            "CreationDate": datetime_of(self.created_at),
            **self.settings,
        }


@dataclass
class Group:
    """One group."""

    name: str
    settings: Settings
    created_at: int
    """An instant."""
    users: dict[str, None] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[int, str]:
        """The lower, the sooner its role is preferred."""
        return self.settings.get("Precedence", 2**31), self.name


@dataclass
class Pool:
    """One user pool."""

    id: str
    account: str
    region: str
    settings: Settings
    schema: dict[str, Settings]
    """The description of each attribute, by its name."""
    created_at: int
    """An instant."""
    changed_at: int
    """An instant."""
    clients: dict[str, Client] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """The usernames of those who sign in with an email address or a phone number."""
    sessions: dict[str, Any] = field(default_factory=dict)
    """The sign-ins that wait for an answer, by the text that stands for them."""

    @property
    def arn(self) -> str:
        """The pool's ARN."""
        return f"arn:aws:cognito-idp:{self.region}:{self.account}:userpool/{self.id}"

    @property
    def issuer(self) -> str:
        """What its tokens say about who made them."""
        return f"https://cognito-idp.{self.region}.amazonaws.com/{self.id}"

    @property
    def sign_in_attributes(self) -> list[str]:
        """The attributes with which one signs in instead of a username."""
        return self.settings.get("UsernameAttributes") or []

    def triggers(self) -> Mapping[str, Any]:
        """The functions of the pool, by the trigger."""
        return self.settings.get("LambdaConfig") or {}

    def find(self, name: str) -> User | None:
        """The user who signs in with this name."""
        return self.users.get(self.names.get(name, name))

    def user(self, name: str, message: str = UserNotFound.message) -> User:
        """The same.

        Raises:
            UserNotFound: there is none.
        """
        user = self.find(name)
        if user is None:
            raise UserNotFound(message)
        return user

    def group(self, name: str) -> Group:
        """A group by its name.

        Raises:
            ResourceNotFound: there is none.
        """
        if name not in self.groups:
            raise ResourceNotFound("Group not found.")
        return self.groups[name]

    def groups_of(self, user: User) -> list[Group]:
        """The groups of a user; the one whose role is preferred comes first."""
        return sorted((self.groups[name] for name in user.groups), key=lambda group: group.rank)

    def add(self, user: User) -> None:
        """Take a new user in."""
        self.users[user.username] = user
        for attribute in self.sign_in_attributes:
            if attribute in user.attributes:
                self.names[user.attributes[attribute]] = user.username

    def remove(self, user: User) -> None:
        """Forget a user."""
        del self.users[user.username]
        for name in [name for name in user.attributes.values() if self.names.get(name) == user.username]:
            del self.names[name]
        for group in user.groups:
            del self.groups[group].users[user.username]


Registry = dict[str, Pool]
_POOLS, _CLIENTS = "cognito.pools", "cognito.clients"


def registry_of(world: World, account: str, region: str) -> Registry:
    """The user pools of an account in a Region, by their ids."""
    return world.kept_in(_POOLS, (account, region), dict)


def clients_of(world: World) -> dict[str, Client]:
    """All app clients by their ids: who signs up or in names nothing else."""
    return world.kept(_CLIENTS, dict)


def find_pool(world: World, account: str, region: str, identifier: str) -> Pool:
    """A user pool by its id.

    Raises:
        ResourceNotFound: there is none.
    """
    pool = registry_of(world, account, region).get(identifier)
    if pool is None:
        raise ResourceNotFound(f"User pool {identifier} does not exist.")
    return pool


def find_client(world: World, identifier: str, pool: Pool | None = None) -> Client:
    """An app client by its id; with `pool`, one of that pool.

    Raises:
        ResourceNotFound: there is none.
    """
    client = clients_of(world).get(identifier)
    if client is None or (pool is not None and client.pool is not pool):
        raise ResourceNotFound(f"User pool client {identifier} does not exist.")
    return client


def letters_and_digits(world: World, length: int, alphabet: str) -> str:
    """A new id."""
    return "".join(world.seeds.stream("cognito.ids").choices(alphabet, k=length))


def pairs(attributes: list[Mapping[str, str]] | None) -> Attributes:
    """Attributes as requests have them, by name."""
    return {one["Name"]: one.get("Value") or "" for one in attributes or ()}


def members(group: Group, pool: Pool) -> Iterator[User]:
    """The users of a group."""
    return (pool.users[name] for name in group.users)
