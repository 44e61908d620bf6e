"""Photos and videos on the customers' page, with a transport of the tests' making."""

import base64
import json

import pytest

from tests.e2e.pages import expect, line, picture, write

pytestmark = pytest.mark.browser

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def photo(name="盒子.png", kind="image/png", data=DOT):
    return {"name": name, "mimeType": kind, "buffer": data}


def pick(page, *files):
    page.locator("#files").set_input_files(list(files))


def stored(number):
    return f"upload.done({json.dumps(picture(f'f{number}'))})"


def chips(page):
    return page.get_by_role("list", name="要发送的照片和视频").get_by_role("listitem")


def test_a_photo_shows_its_progress_and_goes_with_the_words(stage):
    page = stage.open()
    pick(page, photo())
    stage.upload(0, "upload.progress(0.42)")
    expect(chips(page)).to_contain_text("42%")
    expect(page.get_by_role("progressbar", name="盒子.png")).to_have_attribute("value", "0.42")
    stage.upload(0, stored(0))
    expect(chips(page)).to_contain_text("已上传")
    write(page, "盒子是空的")
    (sent,) = stage.sent()
    assert (sent["text"], sent["attachments"]) == ("盒子是空的", ["f0"])
    expect(chips(page)).to_have_count(0)
    expect(page.get_by_role("button", name="照片 f0.jpg – 放大查看")).to_be_visible()


def test_a_photo_alone_is_a_message(stage):
    page = stage.open()
    pick(page, photo())
    stage.upload(0, stored(0))
    page.get_by_role("button", name="发送").click()
    assert [(one["text"], one["attachments"]) for one in stage.sent()] == [("", ["f0"])]


def test_send_waits_for_the_uploads_and_then_sends_once(stage):
    page = stage.open()
    pick(page, photo("一.png"), photo("二.png"))
    page.get_by_label("您的消息").fill("两盒都是")
    page.locator("#send").click()
    expect(page.locator("#send")).to_have_text("上传完就发")
    assert stage.sent() == []
    stage.upload(0, stored(0))
    stage.upload(1, stored(1))
    expect(page.locator("#send")).to_have_text("发送")
    assert [(one["text"], one["attachments"]) for one in stage.sent()] == [("两盒都是", ["f0", "f1"])]


def test_two_are_uploaded_at_a_time_and_nine_at_most_taken(stage):
    page = stage.open()
    pick(page, *[photo(f"{number}.png") for number in range(11)])
    expect(chips(page)).to_have_count(9)
    expect(page.get_by_role("alert")).to_have_text("一次最多发 9 个文件，多出的没有添加。")
    assert page.evaluate("fake.uploads.length") == 2
    stage.upload(0, stored(0))
    expect(chips(page).nth(0)).to_contain_text("已上传")
    assert page.evaluate("fake.uploads.length") == 3


def test_a_refusal_is_said_at_the_file_and_it_can_be_tried_again_or_removed(stage):
    page = stage.open()
    pick(page, photo())
    stage.upload(0, "upload.fail(Object.assign(new Error('这张照片太大了，最多 20 MB。'), {status: 413}))")
    expect(chips(page).get_by_role("alert")).to_have_text("这张照片太大了，最多 20 MB。")
    write(page, "看照片")
    expect(page.locator("#alert")).to_contain_text("请重试或移除后再发送")
    assert stage.sent() == []
    chips(page).get_by_role("button", name="重试").click()
    stage.upload(1, stored(1))
    expect(chips(page)).to_contain_text("已上传")
    chips(page).get_by_role("button", name="移除 盒子.png").click()
    expect(chips(page)).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "text"


def test_an_upload_that_is_removed_is_stopped(stage):
    page = stage.open()
    pick(page, photo())
    stage.upload(0, "upload.progress(0.1)")
    page.get_by_role("button", name="移除 盒子.png").click()
    assert page.evaluate("fake.uploads[0].aborted")


def test_a_photo_waits_for_the_network_and_goes_on_by_itself(stage):
    page = stage.open()
    pick(page, photo())
    stage.upload(0, "upload.fail(new Error())")
    stage.state("offline")
    expect(chips(page)).to_contain_text("网络断开，连上后自动重传")
    write(page, "看照片")
    stage.state("online")
    stage.upload(1, stored(1))
    expect(chips(page)).to_have_count(0)
    assert [(one["text"], one["attachments"]) for one in stage.sent()] == [("看照片", ["f1"])]


def test_what_is_no_photo_is_refused_before_it_is_uploaded(stage):
    page = stage.open()
    pick(page, photo("合同.pdf", "application/pdf"), photo("空.png", data=b""))
    expect(chips(page).get_by_role("alert")).to_have_text(["只能发照片或视频", "这个文件是空的"])
    assert page.evaluate("fake.uploads.length") == 0


GIVE = """(how) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array([1])], "截图.png", { type: "image/png" }));
  const event = how === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  document.getElementById("text").dispatchEvent(event);
}"""


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_photos_are_pasted_and_dropped_too(stage, how):
    page = stage.open()
    page.evaluate(GIVE, how)
    expect(chips(page)).to_have_count(1)


def test_leaving_with_unsent_photos_is_asked_about_and_without_them_not(stage):
    page = stage.open()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("您的消息").click()
    page.reload()
    assert asked == []
    pick(page, photo())
    expect(chips(page)).to_have_count(1)
    page.get_by_label("您的消息").click()
    page.reload()
    assert asked == ["beforeunload"]


def test_a_photo_is_enlarged_and_escape_leads_back_to_it(stage, complaints_of_the_browser):
    page = stage.open()
    stage.show(line("customer", "", attachments=[picture("a"), picture("c", kind="video", name="c.mp4")]))
    tile = page.get_by_role("button", name="照片 a.jpg – 放大查看")
    expect(tile.locator("img")).to_have_attribute("src", "/static/icon.svg")
    tile.press("Enter")
    dialog = page.get_by_role("dialog", name="照片 a.jpg")
    expect(dialog.get_by_role("img", name="照片 a.jpg")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tile).to_be_focused()
    page.get_by_role("button", name="视频 c.mp4 – 放大查看").click()
    expect(page.locator("#viewer video[controls]")).to_have_count(1)
    page.get_by_role("button", name="关闭").click()
    expect(page.locator("#viewer video")).to_have_count(0)
    assert complaints_of_the_browser == []


def test_words_that_are_too_long_do_not_cost_the_photos(stage):
    page = stage.open()
    pick(page, photo())
    stage.upload(0, stored(0))
    write(page, "长" * 20_001)
    expect(page.get_by_role("alert")).to_have_text("超出 1 字，请分成几条发送")
    expect(chips(page)).to_have_count(1)
    assert stage.sent() == []
