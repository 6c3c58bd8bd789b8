"""The Zalo part of the world file: one OA, the people around it, its group assets."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PERSON_ID = r"^\d{15,20}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OaSpec(_Strict):
    """The Official Account and the app that serves it; every secret here is invented."""

    id: str = Field(default="3886132000000000001", pattern=PERSON_ID)
    name: str = "Công an phường (ví dụ)"
    description: str = "Tài khoản ví dụ của trình mô phỏng"
    type: Literal[2, 4] = 2
    app_id: str = "3608465000000000001"
    app_secret: str = "SIMULATOR-zalo-app-secret"  # noqa: S105 - invented
    refresh_token: str = "SIMULATOR-zalo-demo-refresh-token"  # noqa: S105 - invented
    webhook_secret: str = "SIMULATOR-zalo-webhook-secret"  # noqa: S105 - invented
    redirect_uri: str = "https://vi-du.example/zalo/callback"


class ZaloPersonSpec(_Strict):
    """A Zalo person; `interacted_hours_ago` is None for somebody who never did."""

    id: str = Field(pattern=PERSON_ID)
    name: str
    role: Literal["resident", "officer", "chief", "reviewer"] = "resident"
    admin: bool = False
    follows: bool = False
    mobile: bool = True
    interacted_hours_ago: float | None = None
    traits: dict[Literal["ages", "gender", "locations", "cities", "platform"], int] = Field(
        default_factory=dict
    )


class AssetSpec(_Strict):
    """The right to one group of a size."""

    id: str
    size: Literal[10, 50, 100, 1000] = 100
    days: int = 3650


class ZaloLinkSpec(_Strict):
    """A link somebody may scan: it opens the chat with `text` filled in."""

    label: str
    text: str


class ZaloSpec(_Strict):
    """Everything of Zalo at the start."""

    oa: OaSpec = Field(default_factory=OaSpec)
    people: list[ZaloPersonSpec] = Field(default_factory=list)
    assets: list[AssetSpec] = Field(default_factory=list)
    links: list[ZaloLinkSpec] = Field(default_factory=list)
