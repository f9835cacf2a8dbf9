// The words of the phone itself, in the two languages of its owners.
const WORDS = {
  zh: {
    title: "手机", panel: "时间与手机", clock: "时间", half_hour: "+30 分钟", hour: "+1 小时", day: "+1 天",
    jump: "跳到下一件事", upcoming: "接下来", nothing: "暂时没有安排", moving: "时间正在前进…", failed: "没有成功，请再试一次",
    phones: "手机", left: "左边的手机", right: "右边的手机", whose: "谁的手机", none: "（不显示）",
    new_phone: "再开一部手机", name: "名字", language: "语言", open: "打开",
    offline: "断网", blocked: "停用机器人", bot: "机器人", typing: "正在输入…", waiting: "等待网络…",
    connecting: "正在连接…", stopped: "已停用", phone_of: (name) => `${name} 的手机`,
    messages: "消息", message: "消息", send: "发送", voice: "发送语音", photo: "发送照片", menu: "命令菜单",
    commands: "命令", keyboard: "快捷按钮", down: "到最新消息", start: "开始", restart: "重新启用",
    about: "这个机器人能做什么？", edited: "已编辑", deleted: "此消息已删除", silent: "静音", close: "知道了",
    queued: "等待发送", a_photo: "照片", a_voice: "语音消息", too_big: "照片不能超过 5 MB",
    not_picture: "只能发送 JPEG 或 PNG 照片", no_answer: "机器人没有回应", no_network: "没有网络，请稍后再试",
    real_time: "与真实时间一致", ahead: (span) => `比真实时间快 ${span}`, behind: (span) => `比真实时间慢 ${span}`,
    span: (days, hours, minutes) => [days && `${days} 天`, hours && `${hours} 小时`, !days && minutes && `${minutes} 分钟`].filter(Boolean).join(" "),
    copied: "已复制", you: "您", today: "今天", empty: "还没有手机。请在旁边打开一部。",
  },
  en: {
    title: "Phones", panel: "Time and phones", clock: "Time", half_hour: "+30 min", hour: "+1 hour", day: "+1 day",
    jump: "Jump to the next event", upcoming: "Coming up", nothing: "Nothing is planned", moving: "Time is moving…",
    failed: "That did not work. Please try again.",
    phones: "Phones", left: "Left phone", right: "Right phone", whose: "Whose phone", none: "(not shown)",
    new_phone: "Open another phone", name: "Name", language: "Language", open: "Open",
    offline: "No network", blocked: "Block the bot", bot: "bot", typing: "typing…", waiting: "waiting for network…",
    connecting: "connecting…", stopped: "blocked", phone_of: (name) => `${name}’s phone`,
    messages: "Messages", message: "Message", send: "Send", voice: "Send a voice message", photo: "Send a photo",
    menu: "Command menu", commands: "Commands", keyboard: "Quick buttons", down: "To the newest message",
    start: "Start", restart: "Restart the bot",
    about: "What can this bot do?", edited: "edited", deleted: "This message was deleted", silent: "silent", close: "OK",
    queued: "waiting to be sent", a_photo: "Photo", a_voice: "Voice message", too_big: "A photo can have at most 5 MB",
    not_picture: "Only JPEG or PNG photos can be sent", no_answer: "The bot did not answer",
    no_network: "No network. Please try again later.",
    real_time: "Shows the real time", ahead: (span) => `${span} ahead of the real time`, behind: (span) => `${span} behind the real time`,
    span: (days, hours, minutes) => [days && `${days} d`, hours && `${hours} h`, !days && minutes && `${minutes} min`].filter(Boolean).join(" "),
    copied: "Copied", you: "You", today: "Today", empty: "There is no phone yet. Open one beside this.",
  },
};

export const short = (code) => (code.toLowerCase().startsWith("zh") ? "zh" : "en");
export const locale = (code) => (short(code) === "zh" ? "zh-CN" : "en-GB");
export const wordsOf = (code) => WORDS[short(code)];
