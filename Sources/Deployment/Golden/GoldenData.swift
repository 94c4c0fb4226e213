package import NetworkIR

/// Inputs, and what some other program says comes of them.
package struct GoldenData: Sendable {
  /// One per sample: codes of each network input, HWC.
  package var samples: [[[Int32]]]
  /// Known tensors, in any order; several per sample.
  package var expected: [GoldenTensor]
  /// Known reals behind outputs that deliver accumulators, in any order.
  package var expectedReals: [GoldenReals] = []
  /// Tensors of the folder that stand for nothing in the network as it was lowered, for the report.
  package var unmatched: [String]
  /// How files were read where that is not plain, and which were left aside.
  package var remarks: [Diagnostic] = []
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

  /// Adds what an array says of a tensor: codes, reals behind its accumulators, or nothing that the network computes.
  ///
  /// - Parameters:
  ///   - array: every sample of it.
  ///   - file: where it comes from.
  ///   - boundary: the output that the array belongs to.
  ///   - tensor: what the array stands for; else the output's own.
  ///   - decoder: of the network and the path that refusals name.
  ///   - exactShape: as in `TensorDecoder.samples`.
  /// - Returns: how many samples were added; nil for none, where the array is one more of the unmatched.
  /// - Throws: `Refusal` where shape or values don't fit the tensor.
  mutating func add(
    _ array: NumericArray, from file: String, of boundary: Boundary, tensor: TensorID? = nil, decoder: TensorDecoder,
    exactShape: Bool
  ) throws(Refusal) -> Int? {
    let tensor = tensor ?? boundary.tensor
    if !array.isInteger, let tail = boundary.affineTail {
      let samples = try decoder.reals(array, of: tensor, exactShape: exactShape)
      for (sample, values) in samples.enumerated() {
        expectedReals.append(GoldenReals(sample: sample, tensor: tensor, tail: tail, values: values, source: file))
      }
      return samples.count
    }
    guard array.isInteger || boundary.floatsAreCodes else {
      unmatched.append("\(file), floats beyond the last integer tensor")
      return nil
    }
    let floats = TensorDecoder.Floats.codes(scale: boundary.scale, zeroPoint: boundary.zeroPoint)
    let samples = try decoder.samples(array, of: tensor, floats: floats, exactShape: exactShape)
    for (sample, values) in samples.enumerated() {
      expected.append(GoldenTensor(sample: sample, tensor: tensor, values: values, source: file))
    }
    return samples.count
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

/// What a file computes in floats of one output's accumulators, for one sample.
package struct GoldenReals: Sendable {
  package var sample: Int
  /// That of the accumulators.
  package var tensor: TensorID
  /// How the reals come of the accumulators.
  package var tail: AffineTail
  /// HWC.
  package var values: [Double]
  /// Where they come from, for messages: `output0.bin`.
  package var source: String

  package init(sample: Int, tensor: TensorID, tail: AffineTail, values: [Double], source: String) {
    self.sample = sample
    self.tensor = tensor
    self.tail = tail
    self.values = values
    self.source = source
  }
}
