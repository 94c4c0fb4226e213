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
}

/// Turns arrays of a file into codes of one tensor of the network.
struct TensorDecoder {
  var network: Network
  var path: String

  /// Whether the array holds floats that the model computes beyond the integer border: no codes to compare with.
  func isBeyondBorder(_ array: NumericArray, _ boundary: Boundary) -> Bool {
    !array.isInteger && !boundary.floatsAreCodes
  }

  /// Splits an array into samples and reorders each into HWC codes.
  ///
  /// - Parameters:
  ///   - array: one sample with the tensor's own dimensions in the file's order, or several stacked: `[n, ...]` with or
  ///     without the batch dimension.
  ///   - tensor: what the array stands for.
  ///   - boundary: how floats are quantized; nil where the tensor is inside the network.
  /// - Returns: HWC codes, one list per sample.
  /// - Throws: `Refusal` where shape or values don't fit the tensor.
  func samples(_ array: NumericArray, of tensor: TensorID, boundary: Boundary?) throws(Refusal) -> [[Int32]] {
    let target = network[tensor]
    let perSample = target.shape.elements
    let dimensions = target.origin.dimensions
    let unbatched = target.origin.axes.first == .batch ? Array(dimensions.dropFirst()) : dimensions
    let squeezed = unbatched.filter { $0 != 1 }
    let given = array.dimensions.filter { $0 != 1 }
    let matches = given == squeezed || Array(given.dropFirst()) == squeezed || array.dimensions.count == 1
    guard matches, perSample > 0, !array.values.isEmpty, array.values.count % perSample == 0 else {
      throw refusal(
        "has shape \(array.dimensions), but '\(target.name)' is \(dimensions)", "give one sample or a stack of samples")
    }
    let codes = try self.codes(array, target, boundary)
    return stride(from: 0, to: codes.count, by: perSample).map { start in
      target.origin.hwcOrder(Array(codes[start..<start + perSample]), shape: target.shape)
    }
  }

  private func codes(_ array: NumericArray, _ target: Tensor, _ boundary: Boundary?) throws(Refusal) -> [Int32] {
    var scale: Float?
    if !array.isInteger, let boundary { scale = boundary.scale }
    let range = target.type.range
    var codes: [Int32] = []
    codes.reserveCapacity(array.values.count)
    for value in array.values {
      if let scale {
        // As TensorFlow Lite's Quantize: half away from zero, in float32.
        let real = (Float(value) / scale).rounded(.toNearestOrAwayFromZero) + Float(boundary?.zeroPoint ?? 0)
        guard real.isFinite else { throw refusal("holds \(value), which is no number", "give finite values") }
        codes.append(Int32(min(max(real, Float(range.lowerBound)), Float(range.upperBound))))
      } else {
        guard let code = Int32(exactly: value), range.contains(Int(code)) else {
          throw refusal(
            "holds \(value), but '\(target.name)' is \(target.type.rawValue) (\(range.lowerBound)...\(range.upperBound))",
            "give the integer codes that the network reads")
        }
        codes.append(code)
      }
    }
    return codes
  }

  private func refusal(_ message: String, _ hint: String) -> Refusal {
    Refusal(Diagnostic(code: "DG0021", file: path, message: message, hint: hint))
  }
}
