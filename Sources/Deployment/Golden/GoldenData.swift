package import NetworkIR

/// Inputs, and what some other program says comes of them.
package struct GoldenData: Sendable {
  /// One per sample: codes of each network input, HWC.
  package var samples: [[[Int32]]]
  /// Known tensors, in any order; several per sample.
  package var expected: [GoldenTensor]
  /// Tensors of the folder that stand for nothing in the network as it was lowered, for the report.
  package var unmatched: [String]
  /// At most one: the same files read with another order of elements, where the form leaves it open.
  package var alternative: [GoldenData] = []

  package init(samples: [[[Int32]]], expected: [GoldenTensor] = [], unmatched: [String] = []) {
    self.samples = samples
    self.expected = expected
    self.unmatched = unmatched
  }
}

extension GoldenData {
  /// Turns one list of samples per input into one list of inputs per sample.
  ///
  /// - Throws: `Refusal` where the inputs hold different numbers of samples.
  static func transposed(_ inputs: [[[Int32]]], path: String) throws(Refusal) -> [[[Int32]]] {
    let counts = inputs.map(\.count)
    guard let count = counts.first, counts.allSatisfy({ $0 == count }) else {
      throw Refusal(
        Diagnostic(
          code: "DG0025", file: path, message: "the inputs hold different numbers of samples: \(counts)",
          hint: "stack the same number of samples in each"))
    }
    return (0..<count).map { sample in inputs.map { $0[sample] } }
  }

  /// Checks that a file of outputs holds as many samples as the inputs.
  func require(_ count: Int, of file: String, path: String) throws(Refusal) {
    guard count != samples.count else { return }
    throw Refusal(
      Diagnostic(
        code: "DG0025", file: "\(path)/\(file)",
        message: "holds \(count) samples, but the inputs hold \(samples.count)",
        hint: "stack the same number of samples in each"))
  }
}

/// One tensor's values for one sample.
package struct GoldenTensor: Sendable {
  package var sample: Int
  package var tensor: TensorID
  /// HWC.
  package var values: [Int32]
  /// Where it comes from, for messages: `output0.bin`.
  package var source: String

  package init(sample: Int, tensor: TensorID, values: [Int32], source: String) {
    self.sample = sample
    self.tensor = tensor
    self.values = values
    self.source = source
  }
}
