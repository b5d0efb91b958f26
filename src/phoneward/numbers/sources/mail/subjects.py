"""What a service's letter is about, by its subject: only letters to the owner of an account count.

Newsletters, offers and bills come to anybody whose address a firm has. A letter that bids welcome, asks to confirm an
address, brings a code or speaks of a password or a sign-in goes to somebody with an account, or to somebody making one.
"""

import re
from typing import Final, NamedTuple

from phoneward.numbers.recognition import Purpose


class About(NamedTuple):
    """What a letter is about.

    Attributes:
        purpose: for what.
        is_done: it says that it was carried out.
        is_number: it speaks of a phone number on the account.
    """

    purpose: Purpose
    is_done: bool = False
    is_number: bool = False


_NUMBER: Final = (
    r"(?:phone|mobile|cell)(?:\s?phone)?\s(?:number|no\.)|手机号码?|手機號碼?|绑定手机|綁定手機|電話番号|携帯番号"
    r"|휴대폰\s?번호|전화번호|telefonnummer|handynummer|mobilfunknummer|num[ée]ro de (?:t[ée]l[ée]phone|mobile|portable)"
    r"|n[úu]mero de (?:tel[ée]fono|telefone|celular|m[óo]vil)|numero di (?:telefono|cellulare)|номер\w* телефон"
)
_TAKEN_OFF: Final = r"removed|deleted|unlinked|解绑|解除绑定|解除綁定|移除|削除|삭제|해제|entfernt|supprim|eliminad|removid|rimoss|удал[её]н"
_CHANGED: Final = (
    r"changed|updated|修改|更换|更換|变更|變更|変更|변경|geändert|modifi|cambiad|alterad|cambiat|измен[её]н"
)
_PUT: Final = r"added|verified|linked|confirmed|绑定|綁定|验证成功|追加|登録|등록|추가|hinzugefügt|ajout|añadid|adicionad|aggiunt|добавлен"

_RULES: Final = tuple(
    (purpose, re.compile(pattern, re.IGNORECASE))
    for purpose, pattern in (
        (
            Purpose.RESET,
            r"reset\w*\s(?:your\s|my\s|the\s)?(?:\S+\s)?password|password\s(?:reset|recovery|assistance)|forg[eo]t\w*\s(?:your\s)?password"
            r"|(?:重置|找回|重设|重設|忘记|忘記)(?:登录|登入|您的)?密[码碼]|パスワード(?:の|を)?(?:再設定|再発行|リセット|お忘れ)"
            r"|비밀번호\s?(?:재설정|찾기|초기화)|(?:passwort|kennwort)\W{0,3}\w*\s?(?:zurück|vergessen)|passwort-?reset"
            r"|(?:réinitialis|oubli)\w*\b.{0,30}mot de passe|mot de passe\soublié|(?:restable|recupera|cambi)\w*\b.{0,20}contraseña"
            r"|(?:redefin|recupera)\w*\b.{0,20}senha|(?:reimposta|recupera|ripristin)\w*\b.{0,20}password"
            r"|(?:сброс|восстановлен)\w*\b.{0,20}парол|wachtwoord\s(?:opnieuw|herstel|vergeten)|(?:reset|atur ulang)\s.{0,10}sandi",
        ),
        (
            Purpose.REGISTER,
            r"\bwelcome\s(?:to|aboard)\b|(?:verify|confirm|validate|activate)\s(?:your|the)\s(?:\w+\s)?(?:e-?mail|account|address|registration)"
            r"|(?:e-?mail|account|address)\s(?:verification|confirmation|activation)|thank\w*\s(?:you\s)?for\s(?:signing up|registering|joining)"
            r"|your\s(?:new\s)?(?:\S+\s)?account\s(?:has been created|is (?:ready|active)|was created)|(?:complete|finish)\s(?:your\s)?(?:registration|sign.?up)"
            r"|(?:欢迎|歡迎)(?:您)?(?:注册|註冊|加入|使用|来到|來到|成为|成為)|(?:注册|註冊)成功|(?:激活|验证|驗證|确认|確認)(?:您|你)?的?(?:\w{0,6})(?:账号|账户|帐号|帐户|帳號|帳戶|邮箱|邮件|電子郵件|信箱|注册|註冊)"
            r"|(?:邮箱|邮件|信箱|電子郵件)(?:验证|驗證|激活|确认|確認)|会員登録|(?:ご|新規)登録|メールアドレスの?(?:ご?確認|認証|登録)|ようこそ|アカウント(?:の|を)?(?:作成|登録|有効)"
            r"|(?:회원)?가입(?:을|이)?\s?(?:환영|축하|완료|인증)|이메일\s?(?:인증|확인)|환영합니다"
            r"|willkommen\s(?:bei|im|in)\b|(?:bestätige\w*|verifizier\w*|aktivier\w*)\b.{0,25}(?:e-?mail|konto|adresse|registrierung)|deine?\sregistrierung"
            r"|bienvenue\s(?:chez|sur|à|dans)|(?:confirm|vérifi|activ)\w*\s(?:votre|ton)\s.{0,15}(?:adresse|e-?mail|compte|inscription)"
            r"|bienvenid\w\sa\b|(?:confirm|verific|activ)\w*\s(?:tu|su|seu|sua|la tua|il tuo)\s.{0,15}(?:correo|cuenta|e-?mail|conta|account|registro|cadastro)"
            r"|bem-vind\w|benvenut\w|добро пожаловать|подтверд\w*\b.{0,20}(?:адрес|e-?mail|почт|регистрац)|welkom bij|bevestig (?:je|uw)\b"
            r"|witamy w|potwierdź|hoş geldiniz|e-?posta\w*\s.{0,10}doğrula|selamat datang|verifikasi (?:email|akun)|chào mừng|xác (?:minh|nhận)\s.{0,15}(?:email|tài khoản)",
        ),
        (
            Purpose.DELETE,
            r"account\s(?:has been\s|was\s|is\s|will be\s)?(?:deleted|closed|terminated|deactivated)|account\s(?:deletion|closure)|(?:账号|账户|帐号|帐户|帳號|帳戶)(?:已)?(?:注销|註銷|删除|刪除)|注销成功"
            r"|退会|アカウント(?:の)?削除|탈퇴|konto\w*\s.{0,10}(?:gelöscht|geschlossen)|compte\s.{0,10}(?:supprimé|clôturé|fermé)|cuenta\s.{0,10}(?:eliminada|cerrada)",
        ),
        (
            Purpose.LOGIN,
            r"new\s(?:sign.?in|log.?in|device)\b|(?:sign.?in|log.?in)\s(?:attempt|code|from|alert|to your|link|verification)|security\s(?:code|alert|notification)|verification\scode"
            r"|one.?time\s(?:code|pass|pin)|(?:your|login|access|confirmation)\s(?:\S+\s){0,3}code\b|验证码|驗證碼|校验码|(?:登录|登入)(?:提醒|通知|验证|驗證|保护|異常|异常)|异地登录|动态码"
            r"|ログイン|サインイン|(?:認証|確認|セキュリティ)コード|로그인|인증\s?(?:번호|코드)|보안\s?(?:알림|코드)|neue\s?anmeldung|anmelde-?code|sicherheits(?:code|warnung)|bestätigungscode"
            r"|nouvelle connexion|code de (?:vérification|connexion|sécurité)|alerte de sécurité|inicio de sesión|código de (?:verificación|seguridad|acceso|verificação|segurança)|nuevo acceso"
            r"|novo (?:login|acesso)|codice di (?:verifica|sicurezza|accesso)|nuovo accesso|код\w*\s(?:подтверждения|безопасности)|(?:новый|выполнен)\sвход|doğrulama kodu|kode verifikasi|mã xác",
        ),
        (
            Purpose.NOTICE,
            r"password\s(?:has been\s|was\s|is\s)?(?:successfully\s)?(?:changed|updated|expir)|changed your password|(?:two|2).?(?:factor|step)|your\s(?:\S+\s)?account\s(?:has been|was|is)\b|account\s(?:security|suspended|locked|alert)"
            r"|密[码碼](?:已|修改|变更|變更)|(?:账号|账户|帐号|帐户|帳號|帳戶)(?:安全|异常|異常|冻结|锁定)|パスワード(?:が|の)?(?:変更|更新)|비밀번호(?:가)?\s?변경|passwort\s(?:wurde\s)?geändert|mot de passe\s.{0,10}modifié"
            r"|contraseña\s.{0,10}(?:cambiada|modificada)|senha\s.{0,10}alterada|password\s.{0,12}(?:modificata|cambiata)|парол\w*\s.{0,10}измен",
        ),
    )
)
_NOT: Final = re.compile(
    r"\A\s*(?:re|fwd?|aw|wg|回复|回覆|转发|轉寄|答复|sv|tr|rv|res|enc)\s?[:：]|newsletter|unsubscribe|\b\d{1,2}\s?% off|webinar|invitation to join",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(_NUMBER, re.IGNORECASE)
_DEEDS: Final = (
    (Purpose.UNBIND, re.compile(_TAKEN_OFF, re.IGNORECASE)),
    (Purpose.CHANGE_NUMBER, re.compile(_CHANGED, re.IGNORECASE)),
    (Purpose.BIND, re.compile(_PUT, re.IGNORECASE)),
)
_DONE: Final = re.compile(
    r"\b(?:has been|was|deleted|closed|changed|created|added|removed)\b|成功|已|完了|완료|되었|wurde|supprimé|eliminad",
    re.IGNORECASE,
)


def about(subject: str) -> About | None:
    """Return what a letter is about; None where it is not to the owner of an account."""
    if not subject or _NOT.search(subject):
        return None
    if _PHONE.search(subject):
        deed = next((purpose for purpose, rule in _DEEDS if rule.search(subject)), None)
        if deed is not None:
            return About(deed, is_done=_DONE.search(subject) is not None, is_number=True)
    for purpose, rule in _RULES:
        if rule.search(subject):
            is_done = purpose is Purpose.DELETE and _DONE.search(subject) is not None
            return About(purpose, is_done=is_done)
    return None
