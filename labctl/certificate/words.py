"""The words of a certificate, each written once, in both languages."""

import re
from typing import Final

from labctl.language import Text
from labctl.metrology.conformity import Rule, Side, Verdict
from labctl.records.order import Kind

TITLES: Final = {
    Kind.CALIBRATION: Text("Calibration certificate", zh="校准证书"),
    Kind.VERIFICATION: Text("Verification certificate", zh="检定证书"),
}
NOTICE: Final = Text("Notification of verification results", zh="检定结果通知书")
SIMULATED: Final = Text("Simulated, not a certificate", zh="模拟数据，非证书")

RULES: Final = {Rule.THIRD.value: "a", Rule.GUARDED.value: "b", Rule.SIMPLE.value: "c"}
"""The mark beside a verdict that names its rule."""


def rule_of(rule: Rule, side: Side, *, legal: bool) -> Text:
    """Return a decision rule as a table and `explain` state it.

    Args:
        rule: which comparison gave the verdict.
        side: on which side of the result its limit lies.
        legal: of a verification, which passes or fails; else results conform or do not.
    """
    if rule is not Rule.SIMPLE:
        return rule.text if side is Side.WITHIN else _ONE_SIDED[rule, side]
    return (_REGULATION if legal else _WITHOUT_U).filled(inside=_INSIDE[side])


_INSIDE: Final = {
    Side.WITHIN: Text("|E| ≤ MPEV", zh="|E| ≤ MPEV "),
    Side.AT_MOST: Text("the result is not above its limit", zh="结果不大于允许值"),
    Side.AT_LEAST: Text("the result is not below its limit", zh="结果不小于允许值"),
}
_REGULATION: Final = Text(
    "verification regulation with fixed conditions: pass if {inside}, otherwise fail",
    zh="检定规程已规定测量条件：{inside}判为合格，否则不合格",
)
_WITHOUT_U: Final = Text(
    "no uncertainty is stated for this result: conforms if {inside}",
    zh="该结果不给出不确定度：{inside}判为符合，否则不符合",
)
_ONE_SIDED: Final = {
    (Rule.THIRD, Side.AT_MOST): Text(
        "JJF 1094-2002: U ≤ limit/3, conforms if the result ≤ limit",
        zh="JJF 1094-2002：U ≤ 允许值/3，结果 ≤ 允许值判为符合，否则不符合",
    ),
    (Rule.THIRD, Side.AT_LEAST): Text(
        "JJF 1094-2002: U ≤ limit/3, conforms if the result ≥ limit",
        zh="JJF 1094-2002：U ≤ 允许值/3，结果 ≥ 允许值判为符合，否则不符合",
    ),
    (Rule.GUARDED, Side.AT_MOST): Text(
        "JJF 1094-2002: U > limit/3, conforms if the result ≤ limit − U, does not conform if the result ≥ limit + U, "
        "otherwise inconclusive",
        zh="JJF 1094-2002：U > 允许值/3，结果 ≤ 允许值 − U 判为符合，结果 ≥ 允许值 + U 判为不符合，其余待定",
    ),
    (Rule.GUARDED, Side.AT_LEAST): Text(
        "JJF 1094-2002: U > limit/3, conforms if the result ≥ limit + U, does not conform if the result ≤ limit − U, "
        "otherwise inconclusive",
        zh="JJF 1094-2002：U > 允许值/3，结果 ≥ 允许值 + U 判为符合，结果 ≤ 允许值 − U 判为不符合，其余待定",
    ),
}

PHASES: Final = {
    "as found": Text("as found, before adjustment", zh="调整前"),
    "as left": Text("as left, after adjustment", zh="调整后"),
}
CONDITIONS: Final = {
    "temperature": Text("Temperature", zh="温度"),
    "humidity": Text("Relative humidity", zh="相对湿度"),
    "pressure": Text("Atmospheric pressure", zh="大气压力"),
}
HEADINGS: Final = {
    "range": Text("Range", zh="量程"),
    "nominal": Text("Nominal", zh="标称值"),
    "mpe": Text("MPE", zh="最大允许误差"),
    "verdict": Text("Conformity", zh="结论"),
    "k": Text("Factor", zh="包含因子"),
    "dof": Text("Freedom", zh="自由度"),
    "indication": Text("Indication", zh="示值"),
    "error": Text("Error", zh="示值误差"),
    "uncertainty": Text("Uncertainty", zh="扩展不确定度"),
    "correlation": Text("Correlation", zh="相关系数"),
    "result": Text("Result", zh="结果"),
    "point": Text("Point", zh="校准点"),
}
COLUMN_WORDS: Final = {
    "up": Text("up", zh="上行"),
    "down": Text("down", zh="下行"),
    "sample": Text("sample", zh="样品"),
    "blank": Text("blank", zh="空白"),
}
"""Words that stand in columns of points; others print as they were written."""
FIGURE_WORDS: Final = {"nominal": "标称值", "range": "量程"}
"""Columns that figures of a record name, as Chinese pages print them."""

NUMBER: Final = Text("Certificate no.", zh="证书编号")
CLIENT: Final = Text("Client", zh="委托方")
ADDRESS: Final = Text("Address", zh="地址")
ITEM: Final = Text("Description", zh="器具名称")
MODEL: Final = Text("Model / type", zh="型号/规格")
MANUFACTURER: Final = Text("Manufacturer", zh="制造厂")
SERIAL: Final = Text("Serial no.", zh="出厂编号")
ASSET: Final = Text("Equipment no.", zh="设备编号")
STATE: Final = Text("Condition of the item", zh="器具状态")
ORDER: Final = Text("Order no.", zh="委托单号")
RECEIVED: Final = Text("Date of receipt", zh="接收日期")
PERFORMED: Final = Text("Date of calibration", zh="校准日期")
VALID: Final = Text("Valid until", zh="有效期至")
AGAIN: Final = Text("Calibration due, as agreed", zh="约定的复校日期")
ISSUED: Final = Text("Date of issue", zh="签发日期")
METHOD: Final = Text("Document", zh="技术文件")
PROCEDURE: Final = Text("Procedure", zh="校准程序")
PLACE: Final = Text("Place of calibration", zh="校准地点")
RECORD: Final = Text("Record no.", zh="原始记录号")
PHONE: Final = Text("Telephone", zh="电话")
EMAIL: Final = Text("E-mail", zh="电子邮件")
POSTCODE: Final = Text("Postcode", zh="邮编")
AUTHORISATION: Final = Text("Authorisation no.", zh="授权证书号")
CALIBRATED_BY: Final = Text("Calibrated by", zh="校准员")
CHECKED_BY: Final = Text("Checked by", zh="核验员")
AUTHORISED_BY: Final = Text("Approved by", zh="批准人")
IN_ORDER: Final = Text("in order", zh="符合要求")
NOT_IN_ORDER: Final = Text("not in order", zh="不符合要求")
UNVERIFIED: Final = Text("unverified figure", zh="数据未经核实")

WHOLE: Final = {
    Verdict.CONFORMS: Text(
        "All results conform to the maximum permissible errors, by the decision rules stated with the results.",
        zh="按所列判定规则，全部校准结果符合最大允许误差要求。",
    ),
    Verdict.DOES_NOT_CONFORM: Text(
        "At least one result does not conform to the maximum permissible error, by the decision rules stated with "
        "the results.",
        zh="按所列判定规则，至少一个校准结果不符合最大允许误差要求。",
    ),
    Verdict.INCONCLUSIVE: Text(
        "No result exceeds the maximum permissible errors with certainty; for at least one no statement of conformity "
        "is possible, by the decision rules stated with the results.",
        zh="按所列判定规则，无结果判为不符合，但至少一个结果无法作出符合性结论（待定）。",
    ),
}
NO_STATEMENT: Final = Text(
    "No statement of conformity was agreed; the results are stated with their uncertainty.",
    zh="未约定符合性结论，仅给出校准结果及其不确定度。",
)
TRACEABLE: Final = Text(
    "The results are metrologically traceable to the International System of Units (SI) through the calibration "
    "certificates of the standards listed.",
    zh="校准结果通过所列计量标准器的校准证书溯源至国际单位制（SI）。",
)
SIMULATED_TRACEABLE: Final = Text(
    "Simulated instruments give no metrological traceability; the certificates named here are fictitious.",
    zh="仪器为模拟仪器，结果不具有计量溯源性，所列证书均为虚构。",
)
ONLY_THIS_ITEM: Final = Text("The results relate only to the item calibrated.", zh="校准结果仅对被校准器具有效。")
NO_PART: Final = Text(
    "This certificate shall not be reproduced except in full without written approval of the laboratory.",
    zh="未经本实验室书面批准，不得部分复制本证书。",
)
COVERAGE: Final = Text(
    "The expanded uncertainty U is the standard uncertainty multiplied by the coverage factor k for a coverage "
    "probability of {probability} %, evaluated by JJF 1059.1-2012 (JCGM 100:2008, GUM); {factor}.",
    zh="扩展不确定度 U 由标准不确定度乘以包含因子 k 得到，包含概率 {probability} %，依据 JJF 1059.1-2012"
    "（JCGM 100:2008,GUM）评定；{factor}。",
)
ALL_TWO: Final = Text("k = 2.00", zh="k = 2.00")
K_STATED: Final = Text(
    "k follows from Student's t with the effective degrees of freedom ν and stands in the table where it is not 2.00",
    zh="k 按有效自由度 ν 由 t 分布得到，不等于 2.00 时列于表中",
)
ROUNDED: Final = Text(
    "Values are rounded to the last place of their uncertainty by GB/T 8170 (half to even), once.",
    zh="结果按 GB/T 8170 一次修约至不确定度末位（逢五取偶）。",
)
UNVERIFIED_SOURCES: Final = Text(
    "Figures taken from the following sources have not been verified against paper and are marked as unverified: "
    "{sources}.",
    zh="以下来源的数据未与纸质文件核对，标注为未经核实：{sources}。",
)
DOCUMENT_UNVERIFIED: Final = Text(
    "The figures of {document} in the procedure have not been verified against paper (unverified).",
    zh="程序所引 {document} 的数据未与纸质文件核对（未经核实）。",
)
ADJUSTED: Final = Text(
    "The item was adjusted; results before and after adjustment are both stated.",
    zh="器具经过调整，同时给出调整前和调整后的结果。",
)
LIMITS: Final = Text(
    "Maximum permissible errors and other limits by: {sources}.", zh="最大允许误差等限值的依据：{sources}。"
)
PLOT: Final = Text(
    "{title}: {symbol} as a share of the maximum permissible error (MPE); bars show U.",
    zh="{title}：{symbol} 与最大允许误差（MPE）之比；误差棒为 U。",
)

_CHINESE = "\u2e80-\u9fff\uf900-\ufaff"
_SIGNS: Final = (
    (re.compile(r",(?!\d)\s?"), "，"),
    (re.compile(r";\s?"), "；"),
    (re.compile(r"(?:(?<!\d):(?!/)|:(?![\d/]))\s?"), "："),
    (re.compile(rf"(?<=[{_CHINESE}])\(([^()]*)\)|\(([^()]*[{_CHINESE}][^()]*)\)"), r"（\1\2）"),
)


def typographic(words: str) -> str:
    """Return a Chinese sentence with the full-width punctuation of a printed page.

    >>> typographic("模拟数据,非证书(k = 2)"), typographic("SIM-1, 2 V")
    ('模拟数据，非证书（k = 2）', 'SIM-1, 2 V')
    """
    if re.search(f"[{_CHINESE}]", words):
        for sign, wide in _SIGNS:
            words = sign.sub(wide, words)
    return words


TEMPLATE: Final = {
    "number": NUMBER,
    "range": HEADINGS["range"],
    "simulated": SIMULATED,
    "page": Text("Page {page} of {pages}", zh="第 {page} 页 共 {pages} 页"),
    "results": Text("Results of calibration", zh="校准结果"),
    "method": Text("Method", zh="校准依据"),
    "standards": Text("Measurement standards and equipment", zh="计量标准器及配套设备"),
    "conditions": Text("Ambient conditions", zh="环境条件"),
    "conclusion": Text("Conformity", zh="结论"),
    "rules": Text("Decision rules", zh="判定规则"),
    "notes": Text("Notes", zh="说明"),
    "end": Text("End of certificate", zh="以下空白"),
    "stamp": Text("Stamp", zh="校准专用章"),
    "scan": Text("Scan to check", zh="扫码核验"),
    "head": Text("Record chain", zh="记录链摘要"),
    "name": Text("Name", zh="名称"),
    "model": MODEL,
    "serial": Text("No.", zh="编号"),
    "statement": Text("Range, accuracy", zh="测量范围、准确度"),
    "certificate": NUMBER,
    "laboratory": Text("Traceable to", zh="溯源机构"),
    "due": Text("Valid until", zh="有效期至"),
    "no_results": Text("No results in this section.", zh="本项无结果。"),
    "attached": Text(
        "The same data as a digital calibration certificate (DCC 3.3.0) are attached to this file: certificate.xml",
        zh="本文件附有相同数据的数字校准证书（DCC 3.3.0）：certificate.xml",
    ),
}

_LEGAL: Final = {
    PERFORMED: Text("Date of verification", zh="检定日期"),
    PROCEDURE: Text("Procedure", zh="检定程序"),
    PLACE: Text("Place of verification", zh="检定地点"),
    CALIBRATED_BY: Text("Verified by", zh="检定员"),
    ONLY_THIS_ITEM: Text("The results relate only to the item verified.", zh="检定结果仅对被检定器具有效。"),
    WHOLE[Verdict.CONFORMS]: Text("Pass: all results keep the limits of the regulation.", zh="合格"),
    WHOLE[Verdict.DOES_NOT_CONFORM]: Text("Fail: at least one result is beyond its limit.", zh="不合格"),
    IN_ORDER: Text("pass", zh="合格"),
    NOT_IN_ORDER: Text("fail", zh="不合格"),
    HEADINGS["point"]: Text("Point", zh="检定点"),
    TEMPLATE["results"]: Text("Results of verification", zh="检定结果"),
    TEMPLATE["method"]: Text("Regulation", zh="检定依据"),
    TEMPLATE["conclusion"]: Text("Conclusion", zh="检定结论"),
    TEMPLATE["stamp"]: Text("Stamp", zh="检定专用章"),
}
"""What a verification certificate says in place of the words of a calibration."""


def worded(words: Text, kind: Kind) -> Text:
    """Return words of a certificate as its kind has them.

    >>> worded(PERFORMED, Kind.VERIFICATION).zh
    '检定日期'
    """
    return _LEGAL.get(words, words) if kind is Kind.VERIFICATION else words
