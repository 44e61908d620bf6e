// The language that a message is marked with for screen readers and fonts, told by characters that only one script has.

const HANS = /[们这说时来对为过还没发开关问题产东车电话处谢请让给买卖钱换货单号码错误订购样张条应该认识觉联系务员经给几坏变质异个么点儿会见听写读书饮头长门间现实际总结决]/g;
const HANT = /[們這說時來對為過還沒發開關問題產東車電話處謝請讓給買賣錢換貨單號碼錯誤訂購樣張條應該認識覺聯繫務員經給幾壞變質異個麼點兒會見聽寫讀書飲頭長門間現實際總結決]/g;
const count = (text, pattern) => text.match(pattern)?.length ?? 0;

// null: it can't be told, or needs no mark.
export function tongue(text) {
  const [hans, hant] = [count(text, HANS), count(text, HANT)];
  if (hans !== hant) return hans > hant ? "zh-CN" : "zh-TW";
  if (/\p{Script=Han}/u.test(text)) return /^zh/.test(document.documentElement.lang) ? null : "zh-CN";
  return /[a-z]+\s+[a-z]+/i.test(text) ? "en" : null;
}
