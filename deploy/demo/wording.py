"""What simulated officers write."""

from typing import Final

REPLIES: Final = {
    "anti-fraud": "您好，您反映的情况已由反诈骗中心登记。如资金刚刚转出，请立即拨打110或96110，并保留聊天和转账记录。",
    "traffic-police": "您好，您反映的路段已列入本周勤务安排，民警将现场核实交通组织情况，感谢您的建议。",
    "exit-entry": "您好，请先在网上办事大厅预约，携带有效身份证件原件到任一出入境窗口办理，七个工作日内可以领取。",
    "household": "您好，请携带身份证、户口簿和相关证明材料到居住地派出所户政窗口办理，材料齐全的当场受理。",
    "public-order": "您好，辖区派出所已上门核实，将加强该时段巡逻；如再次发生请及时拨打110。",
    "fire": "您好，消防监督人员将在三个工作日内到现场检查，发现隐患依法督促整改，请注意用火用电安全。",
    "network-police": "您好，请保留网页截图、链接和往来记录，网警部门已记录线索并将与您联系核实。",
    "liaison-12345": "您好，您反映的事项已转有关单位办理，我们会跟进办理结果并及时告知您。",
}
"""By department."""

LIBRARY_LINE: Final = "您好，一般规定见公开的办事口径；您的情况补充答复如下。"
"""Before what a department says in other words than the reply library's."""

ASKED_OTHERS: Final = "贵单位是否掌握相关情况？请提供意见。"
"""What a department asks another one (协办)."""
OPINION: Final = "经核，情况属实，我单位无其他意见。"
"""What that one says."""
TOGETHER_LINE: Final = "您好，经会同有关单位核实，答复如下。"
"""Before what rests on another department's opinion."""
