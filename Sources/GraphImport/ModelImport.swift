package import NetworkIR

/// A model that was read and lowered.
package struct ImportedModel: Sendable {
  package var network: Network
  package var dialect: Dialect
  package var profile: ReferenceProfile
  /// Warnings and notes: what was cut off, what was read in a particular way.
  package var notes: [Diagnostic]
}

/// The way of writing a quantized network that a file follows. Raw values are the names used in reports.
package enum Dialect: String, Sendable, CaseIterable {
  case nemo = "onnx-nemo"
  case tflite
}

/// What `check` says about one operator of the file.
package struct OperatorReport: Sendable, Equatable {
  package var node: String
  package var op: String
  /// Dimensions of the first output in the file's order, where known.
  package var outputDimensions: [Int]?
  /// Multiply-accumulate operations; nil where they do not apply or are not known.
  package var macs: Int?
  /// Elements of the constants that only this operator uses.
  package var parameters: Int
  /// Empty when supported.
  package var problems: [Diagnostic]
}

/// What can be said about a model whether or not it can be deployed.
package struct ModelReport: Sendable {
  package var dialect: Dialect?
  package var operators: [OperatorReport]
  /// Every problem, those of the file as a whole included. Empty: the model can be deployed.
  package var problems: [Diagnostic]
  package var model: ImportedModel?
}

/// Reads a model and lowers it to integers, or says everything that is wrong with it. Never traps, whatever the bytes.
///
/// - Parameters:
///   - bytes: the whole file, ONNX or TFLite, told apart by content.
///   - fileName: for diagnostics, as the user gave it.
///   - profile: the reading asked for; nil takes the dialect's own.
package func inspectModel(_ bytes: [UInt8], fileName: String, profile: ReferenceProfile? = nil) -> ModelReport {
  ModelReport(dialect: nil, operators: [], problems: [], model: nil)
}

/// As `inspectModel`, for callers that need the network.
///
/// - Throws: `Refusal` with every problem found.
package func importModel(
  _ bytes: [UInt8], fileName: String, profile: ReferenceProfile? = nil
) throws(Refusal) -> ImportedModel {
  let report = inspectModel(bytes, fileName: fileName, profile: profile)
  guard let model = report.model, !report.problems.contains(where: { $0.severity == .error }) else {
    throw Refusal(report.problems)
  }
  return model
}
