// The platforms a shop may be on, in the order they are offered.
export const PLATFORMS = ["xiaohongshu", "kuaishou", "douyin", "taobao", "pinduoduo", "internal"];
