import type { Messages } from "@shared/i18n/create";

/** 编写脚本的工具:模板、历史、保存状态、编辑按钮。 */
export const scriptTools: Messages = {
  script_new: {
    begin_from: "从哪里开始",
    blank: "空白脚本",
    blank_what: "一段说明和最后的确认",
    what: "{sale} · {steps} 步 · 约 {minutes} 分钟",
    told: "建会话时要填:{facts}",
    told_nothing: "建会话时不用另填情况",
    loading: "正在读取模板…",
    none: "没有模板,可以从空白脚本开始",
    again: "重新读取模板",
    replace: "模板里注明“请替换”的都是示例,请换成贵机构的内容。",
  },
  script_history: {
    title: "{script} 的历史",
    open: "历史",
    none: "还没有人改过;现有版本随软件提供。",
    at: "时间",
    who: "谁",
    did: "做了什么",
    why: "原因",
    version: "版本",
    of_draft: "看这份草稿",
    most: "这里最多显示最近 500 条。",
  },
  script_change: {
    write: "保存了草稿",
    submit: "提交审批",
    reopen: "改回编写",
    approve: "审批通过",
    reject: "退回",
    publish: "发布",
    withdraw: "停用或放弃",
  },
  script_save: {
    saved: "{time} 已保存",
    saving: "正在保存…",
    with_keys: "保存(Ctrl+S)",
  },
  script_edit: {
    tools: "编辑",
    undo: "撤销",
    redo: "重做",
    find: "查找",
    next: "下一处问题",
    keys: "Ctrl+Z 撤销,Ctrl+F 查找,F8 下一处问题,Tab 离开编辑框",
  },
  script_file: {
    too_large: "“{file}”太大:脚本文件最多 {kilobytes} KB",
    not_utf8: "“{file}”第 {line} 行不是 UTF-8 编码,请另存为 UTF-8 再导入",
    unreadable: "“{file}”读不出来,请重新选择",
  },
  script_speech: {
    no_recording: "步骤“{step}”的录音没有上传或无法播放,请重新上传",
    no_voice: "没有脚本里 voice 写的这个声音,请换一个",
    no_words: "“{step}”这一步的语音生成不了,请修改它的 say",
    failed: "“{step}”这一步的语音没有生成成功,请再试一次;还不行请联系技术人员",
  },
  note: {
    screen_not_recorded: "客户手机屏幕没有录下来(同步录屏)",
    screen_partly_recorded: "客户手机屏幕只录下了一部分(同步录屏)",
  },
};
