"""From the settings of the installation to what the Zalo OA adapter needs to be told."""

from datetime import timedelta

from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.settings import Settings
from bot.settings_zalo import webhook_secrets
from domain.errors import Misconfigured

_MISSING = (
    "Chưa có tài khoản Zalo OA: hãy ghi ZALO_OA_ID, ZALO_OA_APP_ID, ZALO_OA_APP_SECRET vào tệp .env"
)


def zalo_oa_settings(settings: Settings) -> ZaloOaSettings:
    """Return what the adapter needs to be told.

    Raises: Misconfigured.
    """
    if not settings.has_zalo_oa:
        raise Misconfigured(_MISSING)
    try:
        return ZaloOaSettings(
            app_id=settings.zalo_oa_app_id,
            app_secret=settings.zalo_oa_app_secret.get_secret_value(),
            oa_id=settings.zalo_oa_id,
            refresh_token=settings.zalo_oa_refresh_token.get_secret_value(),
            redirect_url=settings.zalo_oa_redirect_url,
            code_verifier=settings.zalo_oa_code_verifier.get_secret_value(),
            webhook_secrets=webhook_secrets(settings.zalo_oa_webhook_secret),
            webhook_path=settings.zalo_oa_webhook_path,
            api_url=settings.zalo_oa_api_url,
            oauth_url=settings.zalo_oa_oauth_url,
            send_path=settings.zalo_oa_send_path,
            proof=settings.zalo_oa_proof,
            pace_per_minute=settings.zalo_oa_pace_per_min,
            allowance=settings.zalo_oa_allowance,
            price_vnd=settings.zalo_oa_price_vnd,
            group_buttons=settings.zalo_oa_group_buttons,
            mention=settings.zalo_oa_name,
            admin=settings.zalo_oa_admin,
            articles=settings.zalo_oa_articles,
            article_hours=_span(settings.zalo_oa_article_hours),
            catch_up=timedelta(hours=settings.zalo_oa_catch_up_h),
            send_timeout_s=settings.send_timeout_s,
        )
    except ValueError as error:
        message = "Các dòng ZALO_OA_… chưa đúng; hãy so với tệp .env.example."
        raise Misconfigured(message) from error


def _span(hours: str) -> tuple[int, int]:
    first, _, end = hours.partition("-")
    return int(first), int(end)
