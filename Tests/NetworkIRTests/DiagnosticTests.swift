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
}
