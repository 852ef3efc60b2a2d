// The buyers one can play. Their words are Chinese in every language of the console, as real buyers' are.
// A chip is one message, or several sent in a row; `kind` is text where it is not said.
const say = (text) => [{ text }];

export const BUYERS = [
  {
    id: "sim-plain", name: "小雨", word: "sim.buyer.plain",
    chips: ["什么时候发货", "发什么快递", "能开发票吗", "啥時候能到", "我要找人工"].map(say),
  },
  {
    id: "sim-hasty", name: "急急", word: "sim.buyer.hasty",
    chips: ["到底什么时候发货！！", "人呢？？", "再不回复我就投诉了", "转人工"].map(say),
  },
  {
    id: "sim-typos", name: "手滑", word: "sim.buyer.typos",
    chips: ["什么时侯发或", "发什么块递呀", "能开发漂吗", "怎么退活"].map(say),
  },
  {
    id: "sim-traditional", name: "阿敏", word: "sim.buyer.traditional",
    chips: ["什麼時候發貨", "可以開發票嗎", "運費誰出", "有現貨嗎"].map(say),
  },
  {
    id: "sim-bursts", name: "话唠", word: "sim.buyer.bursts",
    chips: [["你好", "那个", "什么时候发货呀"], ["红色的", "还有货吗"], ["发什么快递", "能开发票吗"]].map((lines) => lines.map((text) => ({ text }))),
  },
  {
    id: "sim-pictures", name: "图图", word: "sim.buyer.pictures",
    chips: [[{ kind: "image", text: "" }], [{ kind: "image", text: "" }, { text: "这个破了怎么办" }], say("这款有货吗")],
  },
];
