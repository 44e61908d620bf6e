"""What the platform says when it refuses: always HTTP 200, with a code."""

WORDS = {
    0: "ok",
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40037: "invalid template_id",
    40058: "invalid parameter",
    40096: "invalid external userid",
    40125: "invalid appsecret",
    40164: "invalid ip 127.0.0.1, not in whitelist",
    40200: "invalid account type",
    41001: "access_token missing",
    42001: "access_token expired",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "typing not allowed: no message from the user within the last 30 seconds",
    45081: "already typing",
    47001: "data format error",
    48001: "api unauthorized",
    60020: "not allow to access from your ip, from ip: 127.0.0.1",
    76021: "cgi_path not found, please check",
    89503: "this ip needs the administrator's consent",
    95000: "invalid open_kfid",
    95007: "invalid msg token",
    95014: "servicer is not receiving",
    95016: "session state can not be changed like this",
    95031: "duplicated msgid",
    95018: "send msg session status invalid",
}


class Refused(Exception):
    """A call answered with an errcode; nothing was done."""

    def __init__(self, code):
        super().__init__(WORDS.get(code, "refused"))
        self.code = code


def said(code):
    """The body of an answer that has nothing but its code."""
    return {"errcode": code, "errmsg": WORDS.get(code, "refused")}
