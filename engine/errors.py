"""The engine's errors. A docstring is the message a person reads when no better one is given."""

from __future__ import annotations


class EngineError(Exception):
    """引擎无法完成这一步。"""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())

    @property
    def message(self) -> str:
        """The sentence for the person who asked."""
        return str(self)


class NotFound(EngineError):
    """找不到所请求的内容,它可能已被删除。"""


class Conflict(EngineError):
    """别人刚刚处理了同一事项,请刷新后查看最新状态。"""


class VersionConflict(Conflict):
    """另一步操作先完成了,请刷新后重试。"""


class NotAllowed(EngineError):
    """您没有办理此事项的权限。"""


class InvalidInput(EngineError):
    """填写的内容有误。

    `fields` maps a field's key to the sentence shown beside it.
    """

    def __init__(self, message: str = "", fields: dict[str, str] | None = None) -> None:
        super().__init__(message or "填写的内容有误,请按提示修改。")
        self.fields = fields or {}


class DiagramRefused(EngineError):
    """流程图不能发布。

    `findings` are the linter's, worst first.
    """

    def __init__(self, findings: list[object]) -> None:
        super().__init__("流程图不能发布: " + "; ".join(str(f) for f in findings[:3]))
        self.findings = findings


class BusinessError(EngineError):
    """业务处理出错。

    Raised by a handler to leave its task by the error boundary event with this code.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class PermanentFailure(EngineError):
    """处理失败,重试没有意义。

    Raised by a handler whose failure no retry can cure: the task becomes an incident at once.
    """
