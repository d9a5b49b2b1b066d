"""Sentences of the engine and the handlers that hold values, in the reader's language.

They are written, raised and stored in Chinese, values included. The text between the values tells
which sentence it is; the catalogue has its English. So incidents and answers that were stored long
ago are read in English as well.
"""

from __future__ import annotations

import re
from functools import cache

from flask_babel import gettext as _

from web.marking import N_

TEMPLATES = (
    N_("%(month)s 之前还有未归档的月份,请先归档它们"),
    N_("%(month)s 的历史属于 %(running)s 个尚未结束的流程,等它们结束后再归档"),
    N_("归档文件 %(path)s 不在,请把它放回归档文件夹后再查看"),
    N_("流程 %(process)s 还没有发布"),
    N_("发布版本 %(release)s 中没有 %(path)s"),
    N_("%(path)s 的草稿已被别人修改,请重新打开后再保存"),
    N_("%(path)s 的草稿已被别人修改,请重新打开后再操作"),
    N_("%(path)s 已有草稿,请重新打开后再保存"),
    N_("没有 %(path)s 的草稿"),
    N_("%(path)s: 不认识的命中策略 %(policy)s"),
    N_("%(path)s: 第 %(number)s 行的列数与表头不一致"),
    N_("决策“%(name)s”的答案是函数,不能作为数据保存"),
    N_("没有决策 %(decision)s,请先发布含有它的 .dmn 文件"),
    N_("决策编号 %(decision)s 在 %(other)s 和 %(path)s 中重复"),
    N_("%(path)s 不是 DMN 文件"),
    N_("第 %(line)s 行第 %(column)s 列: %(reason)s"),
    N_("表单 %(name)s 过大"),
    N_("表单 %(name)s 缺少 components"),
    N_("最多 %(digits)s 位小数"),
    N_("表单 %(name)s 不是有效的 JSON: %(error)s"),
    N_("表单 %(name)s 使用了不允许的组件 %(kind)s,请改用其他组件"),
    N_("至少 %(least)s 个字"),
    N_("最多 %(most)s 个字"),
    N_("不能小于 %(least)s"),
    N_("不能大于 %(most)s"),
    N_("表单 %(name)s 的组件 %(key)s: %(error)s"),
    N_("%(path)s: 只能发布 .bpmn、.dmn 和 .form 文件"),
    N_("%(path)s: 这不是 BPMN 流程图,或图中没有流程;请在设计器中重新导出"),
    N_("元素 %(element)s 已不在图中,请重新检查"),
    N_("发布版本 %(release)s 中没有流程 %(process)s"),
    N_("没有名为 %(name)s 的操作"),
    N_("请求编号最长 %(most)s 个字符"),
    N_("处理程序 %(handler)s 的参数 %(name)s 应为 %(wanted)s,得到的是 %(value)s"),
    N_("处理程序 %(handler)s 的参数 %(name)s 没有值"),
    N_("处理程序 %(handler)s 没有参数 %(names)s"),
    N_("处理程序 %(handler)s 已经登记"),
    N_("没有名为 %(name)s 的处理程序"),
    N_("处理程序 %(handler)s 缺少参数 %(name)s"),
    N_("这里一次只办一项:“%(name)s”还没有完成,请等它完成后再提交"),
    N_("办件的状态是格式 %(written)s,本程序只能读取格式 1 至 %(newest)s"),
    N_("定时器“%(name)s”的表达式应得到%(wanted)s,得到的是 %(value)s"),
    N_("消息“%(name)s”的关联键 %(key)s 没有值"),
    N_("网关“%(name)s”没有一个条件成立,也没有默认的线"),
    N_("多实例最多 %(most)s 个"),
    N_("多实例的集合 %(name)s 应是列表,得到的是 %(value)s"),
    N_("多实例的数量应是不小于 0 的整数,得到的是 %(number)s"),
    N_("没有名为 %(name)s 的流程"),
    N_("字段名 %(key)s 是保留字,请换一个名称"),
    N_("条件 %(condition)s 的结果不是“是”或“否”,请写成比较,例如 金额 > 100"),
    N_("决策 %(decision)s 的答案不是上下文,请为任务填写结果变量"),
    N_("错误“%(name)s”(代码 %(code)s)没有任何环节处理"),
    N_("元素 %(element)s 不是子流程,里面没有步骤"),
    N_("流程 %(process)s 中没有元素 %(element)s"),
    N_("流程数据不支持 %(kind)s 类型的值"),
    N_("%(name)s 超过 %(most)s MB,请精简后再上传"),
    N_("%(name)s 含有 DOCTYPE 声明,为安全起见不予接受,请删除该声明"),
    N_("%(name)s 不是有效的 XML: %(error)s"),
    N_("%(name)s还有 %(count)s 个任职,请先结束任职再停用"),
    N_("没有账户 %(login)s"),
    N_("没有 %(status)s 这种办件状态"),
    N_("办件 %(number)s 没有可兑付的金额,请填写核定金额"),
    N_("核定金额 %(decided)s 超过按政策计算的 %(computed)s,请按规则核定"),
    N_("没有代码为 %(department)s 的部门,请重新选择"),
    N_("一件申请最多上传 %(most)s 个文件,请合并后再上传"),
    N_("《%(policy)s》不是免申即享政策,不能按名单推送"),
    N_("一份名单最多 %(most)s 行,请分成几份"),
    N_("《%(policy)s》按人计算,请随名单给出每家企业的人员名册"),
    N_("第 %(rows)s 行经审核不计入: %(reason)s"),
    N_("第 %(rows)s 行恢复计入: %(reason)s"),
    N_("第 %(rows)s 行恢复计入"),
    N_("第 %(row)s 行没有人员名册: 《%(policy)s》按人计算"),
    N_("第 %(row)s 行有人员名册,但《%(policy)s》不按人计算"),
    N_("名单 %(number)s 已作废"),
    N_("名单 %(number)s 已签发,不能作废"),
    N_("第 %(place)s 行的金额 %(value)s 不是数字,请更正后重新上传"),
    N_("《%(policy)s》在 %(day)s 不在有效的政策目录内,不能受理和拨付"),
    N_("%(name)s 已注销,不能申请"),
    N_("%(name)s 的同一事项已有办件 %(known)s,不能重复申请"),
    N_("政策版本 %(version)s 已经发布，不能改动 %(names)s；请新增一个版本"),
    N_("政策 %(policy)s 在清单中出现了两次"),
    N_("政策目录中没有版本 %(version)s，请在政策目录中确认"),
    N_("没有政策版本 %(version)s,请在政策目录中确认"),
    N_("没有 %(kind)s 这种停钟事由,可用的有: %(kinds)s"),
    N_("没有 %(stage)s 这个催办阶段,可用的有: %(stages)s"),
    N_("金额决策给出的“%(amount)s”不是数字,请修改决策后重新发布"),
    N_("%(day)s 没有适用的政策版本,无法匹配"),
    N_("《%(policy)s》按人计算,请填写人员名册"),
    N_("没有统一社会信用代码为 %(code)s 的企业，请核对代码或先登记企业"),
    N_("%(year)s 年的预算指标 %(code)s 已经存在"),
    N_("%(year)s 年没有预算指标 %(code)s,请财政局先下达指标"),
    N_("预算指标 %(code)s 的 %(source)s 只有 %(have)s,不足 %(need)s,请核对台账"),
    N_("预算指标 %(code)s(%(year)s 年)可用 %(have)s,需要 %(need)s,还差 %(short)s"),
    N_("办件 %(number)s 还没有核定金额,不能公示"),
    N_("没有 %(kind)s 这种通知,可用的有: %(kinds)s"),
    N_("银行答复的结果应为 %(wanted)s,得到的是 %(value)s"),
    N_("答复中有 %(count)s 笔不属于这个批次"),
    N_("批次 %(number)s 没有签发,不能发送银行"),
    N_("银行拒绝了请求(代码 %(code)s),请核对批次后重试"),
    N_("批次 %(number)s 已发送银行,不能退回"),
    N_("一个批次最多 %(most)s 笔,请分批"),
    N_("有款项已被别人组批或取消(%(taken)s),请刷新后重选"),
    N_("批次 %(number)s 的笔数或金额与明细不符,请退回重新组批"),
    N_("批次 %(number)s 的状态不允许这一步操作"),
    N_("办件 %(number)s 缺少 %(facts)s 的登记数据,无法确认同一事项是否已兑付;请补充数据后重试"),
    N_("同一事项已由办件 %(other)s 兑付,不能重复兑付"),
    N_("需要 %(count)s 位专家,可抽取的只有 %(there)s 位,请补充专家库"),
    N_("评分应为整数,得到的是 %(score)s"),
    N_("《%(policy)s》按人计算,请填写人员名册"),
    N_("按受理先后排队:第 %(place)s 位,前面还有 %(ahead)s 件,预计可用余额 %(left)s"),
    N_("资金已用完(额满即止):可用余额 %(left)s,不足以兑付 %(amount)s"),
    N_("名册第 %(row)s 行:已由其他办件计入(%(period)s),不再计算"),
)

_PLACE = re.compile(r"%\((\w+)\)s")


def in_readers_language(sentence: str) -> str:
    """The sentence as the catalogue has it, its values too; an unknown one stays as it is."""
    whole = str(_(sentence))
    if whole != sentence:
        return whole
    found = recognised(sentence)
    if found is None:
        return sentence
    template, values = found
    if (said := str(_(template))) == template:
        return sentence
    return said % {name: in_readers_language(value) for name, value in values.items()}


def recognised(sentence: str) -> tuple[str, dict[str, str]] | None:
    """The template that a sentence was made from, and its values; None if there is none."""
    for template, pattern in _patterns():
        if matched := pattern.fullmatch(sentence):
            return template, matched.groupdict()
    return None


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Those with the longest texts of their own first."""
    longest = sorted(TEMPLATES, key=lambda t: len(_PLACE.sub("", t)), reverse=True)
    return [(template, _pattern(template)) for template in longest]


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _PLACE.split(template)
    # Every second piece is a name; the values may hold line breaks.
    texts = [re.escape(p) if n % 2 == 0 else f"(?P<{p}>.+?)" for n, p in enumerate(pieces)]
    return re.compile("".join(texts), re.DOTALL)
