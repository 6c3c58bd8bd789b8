"""The Zalo part of the world file: one OA, the people around it, its group assets and groups."""

from collections import Counter
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

PERSON_ID = r"^\d{15,20}$"
GROUP_ID = r"^[0-9a-f]{20}$"


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


class ZaloGroupSpec(_Strict):
    """A group that the OA made earlier, on an asset of the world's; its admins are its deputies."""

    id: str = Field(pattern=GROUP_ID)
    name: str
    description: str = ""
    asset: str
    code: str = Field(default="vidu0001", pattern=r"^[a-z0-9]{1,16}$")
    members: list[str] = Field(min_length=1)
    admins: list[str] = Field(default_factory=list)


class ZaloLinkSpec(_Strict):
    """A link somebody may scan: it opens the chat with `text` filled in."""

    label: str
    text: str


class ZaloSpec(_Strict):
    """Everything of Zalo at the start."""

    oa: OaSpec = Field(default_factory=OaSpec)
    people: list[ZaloPersonSpec] = Field(default_factory=list)
    assets: list[AssetSpec] = Field(default_factory=list)
    groups: list[ZaloGroupSpec] = Field(default_factory=list)
    links: list[ZaloLinkSpec] = Field(default_factory=list)

    @model_validator(mode="after")
    def _groups_stand(self) -> Self:
        people = {person.id for person in self.people}
        sizes = {asset.id: asset.size for asset in self.assets}
        used = Counter(group.asset for group in self.groups)
        for group in self.groups:
            members = set(group.members)
            if used[group.asset] > 1 or len(members) + 1 > sizes.get(group.asset, 0):
                message = f"nhóm {group.id} cần một gói nhóm (assets) riêng còn đủ chỗ"
                raise ValueError(message)
            if not members <= people or not set(group.admins) <= members:
                message = f"nhóm {group.id} có người không ở trong thế giới hoặc trong nhóm"
                raise ValueError(message)
        return self
