"""The errors of user pools, with AWS's codes and texts.

The texts are those that users of AWS report; which are not known so is said in docs/fidelity.md.
"""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class InvalidParameter(ServiceException):
    """A parameter is not accepted."""

    code = "InvalidParameterException"


class ResourceNotFound(ServiceException):
    """There is no such user pool, app client or group."""

    code = "ResourceNotFoundException"


class NotAuthorized(ServiceException):
    """The user may not sign in like this, or not do this in the state in which they are."""

    code = "NotAuthorizedException"
    message = "Incorrect username or password."


class UserNotFound(ServiceException):
    """There is no such user."""

    code = "UserNotFoundException"
    message = "User does not exist."


class UsernameExists(ServiceException):
    """There is a user of this name."""

    code = "UsernameExistsException"
    message = "User already exists"


class GroupExists(ServiceException):
    """There is a group of this name."""

    code = "GroupExistsException"
    message = "A group with the name already exists."


class UserNotConfirmed(ServiceException):
    """The user has signed up, and nobody has confirmed it yet."""

    code = "UserNotConfirmedException"
    message = "User is not confirmed."


class PasswordResetRequired(ServiceException):
    """The user has to choose a new password first."""

    code = "PasswordResetRequiredException"
    message = "Password reset required for the user"


class InvalidPassword(ServiceException):
    """The password policy does not allow this one."""

    code = "InvalidPasswordException"


class CodeMismatch(ServiceException):
    """It is another code that was sent."""

    code = "CodeMismatchException"
    message = "Invalid verification code provided, please try again."


class ExpiredCode(ServiceException):
    """The code was sent too long ago, or was used, or none was sent."""

    code = "ExpiredCodeException"
    message = "Invalid code provided, please request a code again."


class UnsupportedUserState(ServiceException):
    """The operation is for users in another state."""

    code = "UnsupportedUserStateException"


class InvalidUserPoolConfiguration(ServiceException):
    """The pool lacks what the operation needs."""

    code = "InvalidUserPoolConfigurationException"


class FeatureUnavailableInTier(ServiceException):
    """The pool's feature plan does not have it."""

    code = "FeatureUnavailableInTierException"


class InvalidSmsRoleTrust(ServiceException):
    """The role for text messages cannot be assumed by Cognito."""

    code = "InvalidSmsRoleTrustRelationshipException"
    message = "Role does not have a trust relationship allowing Cognito to assume the role"


class InvalidSmsRoleAccess(ServiceException):
    """The role for text messages may not publish."""

    code = "InvalidSmsRoleAccessPolicyException"
    message = "Role does not have permission to publish with SNS"


class UserLambdaValidation(ServiceException):
    """The function of a trigger failed: its own text comes to whoever called Cognito."""

    code = "UserLambdaValidationException"


class UnexpectedLambda(ServiceException):
    """The function of a trigger could not be invoked, or did not answer in time."""

    code = "UnexpectedLambdaException"


class InvalidLambdaResponse(ServiceException):
    """The function of a trigger returned what is no event, or an event with a response of another form."""

    code = "InvalidLambdaResponseException"
    message = "Unrecognizable lambda output"
