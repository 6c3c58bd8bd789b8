"""Zalo's error numbers and how an OA call is refused with one; the HTTP status stays 200.

Source of the numbers: the error table of the OA documentation. The wording varies in reality and
must not be relied on.
"""

SENTENCES = {
    -32: "Your application has reached the API call limit",
    -100: "Attachment id is expired",
    -200: "Send message failed",
    -201: "Params is invalid",
    -204: "Official Account is deleted",
    -205: "Official Account does not exist",
    -209: "Application is not activated",
    -210: "Param is over limit",
    -211: "Out of quota",
    -212: "Application has not registered this API",
    -213: "User does not follow Official Account",
    -214: "Article is processing",
    -216: "Access token is invalid",
    -217: "User blocked invitations from Official Account",
    -218: "Out of receive quota of the user",
    -219: "Application is removed or disabled",
    -220: "Access token is expired",
    -221: "Official Account is not verified",
    -223: "Official Account has not granted this API",
    -224: "Official Account package is too low",
    -227: "User is banned or inactive for more than 45 days",
    -230: "User has not interacted with the Official Account in the past 7 days",
    -232: "User has not interacted with the Official Account, or the interaction is over",
    -233: "Message type is invalid or not supported",
    -234: "Message is not allowed to be sent from 22:00 to 06:00",
    -235: "API does not support this type of Official Account",
    -237: "Group chat is expired or disabled",
    -238: "Group asset is in use",
    -240: "MessageV2 API was shut down",
    -241: "Group asset is invalid",
    -242: "appsecret_proof is invalid",
    -244: "User has restricted this kind of message from Official Account",
    -248: "Violation of platform rules",
    -320: "Official Account is not linked to a Zalo Cloud Account",
    -321: "Zalo Cloud Account is out of money",
    -403: "Official Account is not in this group",
}


class OaError(Exception):
    """Refuse an OA call with Zalo's number; `detail` names the parameter or the reason."""

    def __init__(self, code: int, detail: str = "") -> None:
        said = SENTENCES.get(code, "Unknown error")
        super().__init__(f"{said}: {detail}" if detail else said)
        self.code = code
        self.message = str(self)


class OauthError(Exception):
    """Refuse an OAuth call; the answer holds no tokens. `reason` goes out as error_reason."""

    def __init__(self, code: int, name: str, reason: str) -> None:
        super().__init__(name)
        self.code = code
        self.name = name
        self.reason = reason


def invalid(detail: str) -> OaError:
    """Build a -201 that names the parameter."""
    return OaError(-201, detail)
