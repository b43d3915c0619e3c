"""onnxruntime-web without code made from strings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tools import node
from tools.build import vendor_ort
from tools.build.errors import BuildError
from tools.build.patching import assert_no_eval
from tools.build.paths import LAYOUT

INVOKER = (LAYOUT.tools / "build" / "patches" / "emval_invoker.js").read_text("utf-8")

#: As Emscripten writes it, minified; `make(kind, readers, isVoid)` drives it.
GLUE = """\
var Te=h=>handles[h],Wt=n=>names[n],$i=(t,d,v)=>t(d,v);
function Vi(c,t,o,n){var e;var h={toValue:Te};switch(e=c.map((y,x)=>{var N=`argFromPtr${x}`;\
return h[N]=y,`${N}(args${x?"+"+8*x:""})`}),n){case 0:var m="toValue(handle)";break;\
case 2:m="new (toValue(handle))";break;case 3:m="";break;\
case 1:h.getStringOrSymbol=Wt,m="toValue(handle)[getStringOrSymbol(methodName)]"}\
return m+=`(${e})`,o.we||(h.toReturnWire=t,h.emval_returnValue=$i,\
m=`return emval_returnValue(toReturnWire, destructorsRef, ${m})`),\
m=`return function (handle, methodName, destructorsRef, args) {
  ${m}
  }`,n=new Function(Object.keys(h),m)(...Object.values(h)),n}
var eo=async n=>{let a=await(await fetch(n,{credentials:"same-origin"})).blob();\
return URL.createObjectURL(a)},to=1;
class Point{constructor(x,y){this.at=[x,y]}}
var handles=[null,(...a)=>["call",...a],{name:"target",join(...a){return [this.name,...a]}},Point];
var names=["","join"];
//# sourceMappingURL=glue.mjs.map
"""
DRIVER = """\
const memory = { 64: 'a', 72: 'b', 80: 'c' };
const read = (at) => memory[at];
const rows = [];
const reply = (destructors, value) => {
  destructors.push('seen');
  return value instanceof Point ? value.at : value;
};
for (const [kind, count, isVoid] of [
  [0, 0, false], [0, 1, false], [0, 3, false], [0, 2, true],
  [1, 2, false], [1, 0, true], [2, 2, false], [3, 1, false],
]) {
  const destructors = [];
  const invoke = Vi(Array(count).fill(read), reply, { we: isVoid }, kind);
  const value = invoke([1, 2, 3, 0][kind], 1, destructors, 64);
  rows.push([kind, count, isVoid, value ?? 'nothing', destructors]);
}
console.log(JSON.stringify(rows));
"""


def patched(source: str = GLUE, invokers: int = 1) -> str:
    return vendor_ort.bundle(source, INVOKER, name="glue.mjs", invokers=invokers)


def test_the_closure_does_what_the_generated_code_did(tmp_path: Path) -> None:
    expected = node.run(tmp_path, GLUE + DRIVER)
    assert node.run(tmp_path, patched() + DRIVER) == expected
    assert [row[3] for row in expected] == [
        ["call"],
        ["call", "a"],
        ["call", "a", "b", "c"],
        "nothing",
        ["target", "a", "b"],
        "nothing",
        ["a", "b"],
        "a",
    ]


def test_nothing_is_made_from_strings_or_blobs() -> None:
    made = patched()
    assert_no_eval(made, what="glue.mjs")
    assert "createObjectURL" not in made
    assert "sourceMappingURL" not in made


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("n=new Function(", "n=new  Function("),
        ("n=new Function(Object.keys(h),m)", "k=new Function(Object.keys(h),m)"),
        ("to=1;", "to=eval('1');"),
        ("to=1;", "to=Function('return 1')();"),
        ("URL.createObjectURL(a)", "self.URL.createObjectURL(a)"),
    ],
)
def test_another_source_is_refused(old: str, new: str) -> None:
    assert old in GLUE
    with pytest.raises(BuildError):
        patched(GLUE.replace(old, new))


def test_a_second_invoker_is_refused() -> None:
    second = "var z=(h,m)=>{m=new Function(Object.keys(h),m)(...Object.values(h))};"
    with pytest.raises(BuildError, match=r"."):
        patched(GLUE + second)
    with pytest.raises(BuildError):
        patched(invokers=0)


def test_the_shipped_bundles_need_no_eval() -> None:
    for name in vendor_ort.BUNDLES:
        made = (LAYOUT.wasm / "ort" / name).read_text("utf-8")
        assert_no_eval(made, what=name)
        assert "createObjectURL" not in made
        assert made.count("lecternEmvalInvoker(") == (2 if "webgpu" in name else 0)
