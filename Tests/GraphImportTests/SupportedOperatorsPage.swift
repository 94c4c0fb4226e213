import Foundation
import NetworkIR

@testable import GraphImport

/// The page of supported operators, printed from the tables that the lowering dispatches on and refuses by.
enum SupportedOperatorsPage {
  /// `docs/supported-operators.md`.
  static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("docs/supported-operators.md")

  /// The whole page.
  static var text: String {
    ([introduction, tflite, onnx, quantized, qonnx] + refusals).joined(separator: "\n\n") + "\n"
  }

  private static let introduction = """
    # Supported operators

    `dory-gen check MODEL` says of every operator of a model whether it is supported, and if not, why. What layers
    compute is defined in [semantics](semantics.md); [diagnostics](diagnostics.md) adds the cause of every refusal.

    This page is printed from the tables that the import dispatches on and refuses by; a test holds it against them.
    With `DORY_RECORD=1` in the environment, `SupportedOperatorsTests` writes it anew.
    """

  /// What holds for every operator of a TFLite network.
  static var commonLimits: [TFLiteLimit] {
    let own = Set(TFLiteSupport.all.flatMap(\.limits))
    return TFLiteLimit.allCases.filter { !own.contains($0) }
  }

  private static var tflite: String {
    let rows = TFLiteSupport.all.map { [code($0.name), $0.layer, codes($0.limits)] }
    return """
      ## TensorFlow Lite

      \(table(["operator", "becomes", "limits of its own"], rows))

      For all of them: \(codes(commonLimits)).

      Cut off, and named in a note: a `QUANTIZE` from float at an input; at an output every `DEQUANTIZE`, and the operators
      on floats behind them that read nothing else but constants.
      """
  }

  private static var onnx: String {
    let rows = IntegerONNXOperator.allCases.map { [code($0.rawValue), $0.meaning, $0.limits] }
    return """
      ## ONNX, integer networks of NEMO, Quantlab and Deeploy

      \(table(["operator", "becomes", "limits of its own"], rows))

      For all of them: the batch is 1; maps have one dimension or two; tensors of floats hold integers; no accumulator
      can leave 32 bits.

      Cut off, and named in a note, where nothing else follows them:
      \(list(IntegerONNXTail.operators.sorted())).
      """
  }

  private static var quantized: String {
    let operators = QuantizedOperator.allCases.map { [code($0.rawValue), $0.meaning, $0.limits] }
    let movements = QuantizedMovement.allCases.map { [code($0.rawValue), $0.meaning, $0.limits] }
    return """
      ## ONNX, networks of ONNX Runtime: QOperator and QDQ

      \(table(["operator", "becomes", "limits of its own"], operators + movements))

      Between `DequantizeLinear` and `QuantizeLinear`, and as clamp of the layer before where they are one, these
      functions are tables over all codes: \(list(QuantizedFunction.allCases.map(\.rawValue))).

      Arithmetic on constants and shapes is folded before anything else. Floats before the first `QuantizeLinear` and
      behind the last integer tensor are cut off, and named in a note.
      """
  }

  private static var qonnx: String {
    let rows = QONNXOperator.allCases.map { [code($0.rawValue), $0.meaning, $0.limits] }
    return """
      ## ONNX, networks of Brevitas: QONNX

      \(table(["operator", "becomes", "limits of its own"], rows))

      All other operators are those of QDQ, but that of `Max` and `Min` one operand is a constant.
      """
  }

  private static var refusals: [String] {
    [
      section("Refusals: the file is none of the formats", "message", FormatReason.self),
      section("Refusals: networks of any format", "message", NetworkLimit.self),
      section("Refusals: TensorFlow Lite files", "message", TFLiteFileReason.self),
      section("Refusals: TensorFlow Lite networks", "what is required", TFLiteLimit.self),
      section("Refusals: ONNX files", "message", ONNXReason.self),
      section("Refusals: integer ONNX networks", "message", IntegerONNXReason.self),
      section("Refusals: QOperator, QDQ and QONNX networks", "message", QuantizedReason.self),
      section("Notes: TensorFlow Lite", "message", TFLiteNote.self),
      section("Notes: integer ONNX", "message", IntegerONNXNote.self),
      section("Notes: QOperator, QDQ and QONNX", "message", QuantizedNote.self),
    ]
  }

  private static func section<List: ReasonList>(_ title: String, _ heading: String, _: List.Type) -> String {
    let rows = List.allCases.map { [$0.code, escaped($0.reason.sentence), escaped($0.reason.hint ?? "")] }
    return "## \(title)\n\n" + table(["code", heading, "what to do"], rows)
  }

  private static func table(_ heading: [String], _ rows: [[String]]) -> String {
    ([heading, heading.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }

  /// Particulars in italics; what Markdown would read as something else is escaped.
  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "_", with: "\\_").replacingOccurrences(of: "|", with: "\\|")
      .replacingOccurrences(of: "<", with: "*").replacingOccurrences(of: ">", with: "*")
  }

  private static func code(_ text: String) -> String { "`\(text)`" }
  private static func list(_ names: [String]) -> String { names.map(code).joined(separator: ", ") }
  private static func codes(_ limits: [TFLiteLimit]) -> String { limits.map(\.code).sorted().joined(separator: ", ") }
}
