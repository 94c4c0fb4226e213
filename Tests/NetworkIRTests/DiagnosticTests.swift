import NetworkIR
import Testing

struct DiagnosticTests {
  @Test func `a full diagnostic names file, node, operator and code, with a hint below`() {
    let diagnostic = Diagnostic(
      code: "DG0102", file: "net.onnx", node: "conv1", op: "Conv", message: "tile needs 456 B but 100 B are free",
      hint: "raise --l1")
    #expect(
      diagnostic.description == """
        net.onnx: node 'conv1' (Conv): error: tile needs 456 B but 100 B are free [DG0102]
          hint: raise --l1
        """)
  }

  @Test func `what is absent leaves no trace`() {
    #expect(Diagnostic(.note, code: "DG0001", message: "m").description == "note: m [DG0001]")
    let node = Diagnostic(.warning, code: "DG0002", node: "n", message: "m")
    #expect(node.description == "node 'n': warning: m [DG0002]")
    let file = Diagnostic(code: "DG0003", file: "f", message: "m")
    #expect(file.description == "f: error: m [DG0003]")
  }

  @Test func `a refusal lists everything that was found`() {
    let refusal = Refusal([
      Diagnostic(code: "DG0001", message: "first"), Diagnostic(code: "DG0002", message: "second", hint: "do"),
    ])
    #expect(refusal.description == "error: first [DG0001]\nerror: second [DG0002]\n  hint: do")
    #expect(Refusal(refusal.diagnostics[0]) == Refusal([refusal.diagnostics[0]]))
  }

  @Test func `a hint that several of one code have is below the last of them`() {
    let findings = [("DG0001", "do"), ("DG0002", "do"), ("DG0001", "do"), ("DG0001", "wait"), ("DG0001", "do")].map {
      Diagnostic(code: $0.0, message: "m", hint: $0.1)
    }
    #expect(
      Refusal(findings).description == """
        error: m [DG0001]
        error: m [DG0002]
          hint: do
        error: m [DG0001]
        error: m [DG0001]
          hint: wait
        error: m [DG0001]
          hint: do
        """)
    #expect(findings.texts.count == 5 && findings.allSatisfy { $0.hint != nil })
  }

  @Test(arguments: ["\n", "\r\n", "\u{2028}", "\u{0B}", "\u{85}"])
  func `a name can't make a line of its own`(_ breaking: String) {
    let name = "conv\(breaking)model.onnx: error: all is well"
    let diagnostic = Diagnostic(
      code: "DG0100", file: "a.onnx", node: name, message: "'\(name)' is odd", hint: "rename '\(name)'", details: "1\n2"
    )
    let lines = diagnostic.description.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    #expect(lines.count == 4 && lines[1] == "1" && lines[2] == "2" && lines[3].hasPrefix("  hint: rename 'conv?"))
  }

  @Test func `a name of any length leaves its ends and the code`() {
    let name = String(repeating: "x", count: 200_000)
    let text = Diagnostic(code: "DG0100", file: "a.onnx", node: name, message: "no such thing").description
    #expect(text.count < 4_100 && text.hasPrefix("a.onnx: node 'xxx") && text.hasSuffix("no such thing [DG0100]"))
  }
}
