import Foundation
import NetworkIR

@testable import GraphImport

/// The page of supported operators, printed from the tables that the lowering dispatches on and refuses by.
enum SupportedOperatorsPage {
  /// `docs/supported-operators.md`.
  static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("docs/supported-operators.md")

  /// The whole page.
  static var text: String { ([introduction, tflite, onnx] + refusals).joined(separator: "\n\n") + "\n" }

  private static let introduction = """
    # Supported operators

    `dory-gen check MODEL` says of every operator of a model whether it is supported, and if not, why. What layers
    compute is defined in [semantics](semantics.md); [diagnostics](diagnostics.md) adds the cause of every refusal.

    This page is printed from the tables that the import dispatches on and refuses by; a test holds it against them.
    With `DORY_RECORD=1` in the environment, `SupportedOperatorsTests` writes it anew.
    """

  /// What holds for every operator of a TFLite network.
  static var commonLimits: [TFLiteLimit] {
    let own = Set(TFLiteLayerOperator.allCases.flatMap(\.limits))
    return TFLiteLimit.allCases.filter { !own.contains($0) }
  }

  private static var tflite: String {
    var rows = TFLiteLayerOperator.allCases.map { [code($0.rawValue), $0.layer, codes($0.limits)] }
    rows += TFLiteViewOperator.allCases.map { [code($0.rawValue), "no layer: the same codes in another shape", ""] }
    return """
      ## TensorFlow Lite, int8

      \(table(["operator", "becomes", "limits of its own"], rows))

      For all of them: \(codes(commonLimits)).

      Cut off, and named in a note: a `QUANTIZE` from float at an input; at an output a `DEQUANTIZE`, alone or followed
      by \(list(TFLiteBorders.tails.sorted())).
      """
  }

  private static var onnx: String {
    let rows = NEMOOperator.allCases.map { [code($0.rawValue), $0.meaning, $0.limits] }
    return """
      ## ONNX, integer networks of NEMO

      \(table(["operator", "becomes", "limits of its own"], rows))

      For all of them: the batch is 1; maps have one dimension or two; tensors of floats hold integers; no accumulator
      can leave 32 bits.

      Cut off, and named in a note, where nothing else follows them:
      \(list(NEMOTail.operators.sorted())).
      """
  }

  private static var refusals: [String] {
    [
      section("Refusals: the file is none of the formats", "message", FormatReason.self),
      section("Refusals: networks of any format", "message", NetworkLimit.self),
      section("Refusals: TensorFlow Lite files", "message", TFLiteFileReason.self),
      section("Refusals: TensorFlow Lite networks", "what is required", TFLiteLimit.self),
      section("Refusals: ONNX files", "message", ONNXReason.self),
      section("Refusals: integer ONNX networks", "message", NEMOReason.self),
      section("Notes: TensorFlow Lite", "message", TFLiteNote.self),
      section("Notes: ONNX", "message", NEMONote.self),
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
