"""The departments a petition may be transferred to, in every city (业务部门)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Department:
    """One department: its slug in events and tokens, its name for people."""

    id: str
    name_zh: str
    name_en: str


DEPARTMENTS = {
    department.id: department
    for department in (
        Department("anti-fraud", "反诈骗中心", "Anti-Fraud Centre"),
        Department("criminal", "刑侦支队", "Criminal Investigation"),
        Department("exit-entry", "出入境管理支队", "Exit and Entry Administration"),
        Department("fire", "消防支队", "Fire Prevention"),
        Department("household", "户政管理处", "Household Registration"),
        Department("liaison-12345", "12345 热线联络处", "12345 Hotline Liaison"),
        Department("network-police", "网络警察支队", "Network Security"),
        Department("public-order", "治安管理支队", "Public Order"),
        Department("traffic-police", "交通警察支队", "Traffic Police"),
    )
}
