"""The XML of what customers do, before it is sealed."""


def cdata(text):
    """A CDATA section; `]]>` within is cut in two."""
    return f"<![CDATA[{str(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def xml(**fields):
    """A flat document; numbers stand bare, texts as CDATA, as the platform writes them."""
    parts = (
        f"<{name}>{value if isinstance(value, int) else cdata(value)}</{name}>"
        for name, value in fields.items()
        if value is not None
    )
    return f"<xml>{''.join(parts)}</xml>"


def message(to, sender, created, kind, msg_id, **more):
    """An ordinary message; `more` are the fields of its kind."""
    head = {"ToUserName": to, "FromUserName": sender, "CreateTime": int(created), "MsgType": kind}
    return xml(**head, **more, MsgId=msg_id)


def text(to, sender, created, msg_id, content, menu_id=None):
    """A text, with `menu_id` when a choice of a msgmenu was tapped."""
    return message(to, sender, created, "text", msg_id, Content=content, bizmsgmenuid=menu_id)


def event(to, sender, created, name, **more):
    """An event, which has no MsgId."""
    head = {"ToUserName": to, "FromUserName": sender, "CreateTime": int(created), "MsgType": "event"}
    return xml(**head, Event=name, **more)
