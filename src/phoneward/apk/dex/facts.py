"""What is asked of an app's code, and what is found there. Class names are Java's binary names (`a.b.Outer$Inner`)."""

from dataclasses import dataclass, field

from phoneward.apk.dex.platform import SUPERS
from phoneward.texts import Words


@dataclass(frozen=True, slots=True)
class Member:
    """A method or a field of a class.

    Attributes:
        owner: the class that declares it.
        name: `<init>` for a constructor.
        prototype: as in DEX, such as `(Ljava/lang/String;)V`; empty for any. Of a field: its type.
    """

    owner: str
    name: str
    prototype: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for.

    Attributes:
        calls: methods; a call by way of a subclass of their class counts too.
        fields: fields that are read (`sget`, `iget`).
        texts: parts of text constants that the code loads; letters of ASCII in either case.
        prefixes: beginnings of names of classes that the app brings along, such as `com.umeng.`.
        classes: names of classes that the app may bring along or not.
    """

    calls: tuple[Member, ...] = ()
    fields: tuple[Member, ...] = ()
    texts: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallSite:
    """One instruction that calls a wanted method.

    Attributes:
        target: the wanted method, as it was asked for; in an answer of one DEX the method as it is named there.
        receiver: the class by which the code names it: the wanted one's, or a subclass.
        class_name, method, prototype: who calls.
        at: of the instruction in the method, in 16-bit units.
        dex: file within the APK, such as `classes2.dex`.
        apk: name of the APK.
    """

    target: Member
    receiver: str
    class_name: str
    method: str
    prototype: str
    at: int
    dex: str = ""
    apk: str = ""


@dataclass(frozen=True, slots=True)
class FieldSite:
    """One instruction that reads a wanted field; see `CallSite`."""

    target: Member
    class_name: str
    method: str
    prototype: str
    at: int
    dex: str = ""
    apk: str = ""


@dataclass(frozen=True, slots=True)
class TextSite:
    """One instruction that loads a text with a wanted part; `text` is cut to 300 letters. See `CallSite`."""

    text: str
    class_name: str
    method: str
    prototype: str
    at: int
    dex: str = ""
    apk: str = ""


@dataclass(frozen=True, slots=True)
class DexFacts:
    """What one DEX file told.

    Attributes:
        version: such as 39.
        classes: that it defines.
        methods: with code.
        calls: of methods that have a wanted one's name; whether their class is a subclass only all files together tell.
        supers: of classes whose superclass is not `java.lang.Object`.
        prefixes: those wanted, with one class each.
        present: of the classes asked for, those that it defines.
        broken: methods whose instructions make no sense; what they seem to do is not told.
        is_cut: more was found than is told.
        damage: why it could not be read; empty where it was.
    """

    version: int = 0
    classes: int = 0
    methods: int = 0
    calls: list[CallSite] = field(default_factory=list)
    fields: list[FieldSite] = field(default_factory=list)
    texts: list[TextSite] = field(default_factory=list)
    supers: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    present: list[str] = field(default_factory=list)
    broken: int = 0
    is_cut: bool = False
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """Code that was not looked into.

    Attributes:
        name: the file.
        size: bytes.
        reason: why.
    """

    name: str
    size: int
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What an app's code told.

    Attributes:
        calls, fields, texts: sites, in the order of the files.
        supers: superclass by class, for those of the app that have another than `java.lang.Object`.
        prefixes: wanted beginnings of class names that are there, with one class each.
        present: of the classes asked for, those that are there.
        dex_files: that were read.
        versions: of DEX, such as 39.
        classes, methods: that were looked at.
        broken: methods whose instructions make no sense: Android runs none of them, and they are not told of.
        unread: files with code that were not.
        is_cut: there were more sites than are told.
    """

    calls: tuple[CallSite, ...] = ()
    fields: tuple[FieldSite, ...] = ()
    texts: tuple[TextSite, ...] = ()
    supers: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    dex_files: tuple[str, ...] = ()
    versions: frozenset[int] = frozenset()
    classes: int = 0
    methods: int = 0
    broken: int = 0
    unread: tuple[Unread, ...] = ()
    is_cut: bool = False

    def descends(self, class_name: str, ancestor: str) -> bool:
        """Tell whether a class is another, or has it among its superclasses, as far as the app tells."""
        seen: set[str] = set()
        while class_name not in seen:
            if class_name == ancestor:
                return True
            seen.add(class_name)
            class_name = self.supers.get(class_name) or SUPERS.get(class_name, "")
        return False

    def subclasses(self, ancestor: str) -> list[str]:
        """Return the app's classes that have another among their superclasses."""
        return sorted(name for name in self.supers if name != ancestor and self.descends(name, ancestor))
