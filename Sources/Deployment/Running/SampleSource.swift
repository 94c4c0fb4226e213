package import NetworkIR

/// Where the inputs of a run come from.
package enum SampleSource: Sendable {
  case golden(String)
  /// One file per network input; each holds one sample or a stack.
  case files([String])
  case random(count: Int, seed: UInt64)
  /// Per sample, per network input: codes, HWC.
  case codes([[[Int32]]])

  /// Reads or makes the samples.
  ///
  /// - Throws: `Refusal` where files don't fit the network, or where there are no samples or too many.
  package func load(for network: Network) throws(Refusal) -> GoldenData {
    if case .random(let count, _) = self { try Self.check(count, for: network) }
    let data =
      switch self {
      case .golden(let path): try GoldenFolder.read(path, for: network)
      case .files(let paths): try Self.read(paths, for: network)
      case .random(let count, let seed): Self.random(count: count, seed: seed, for: network)
      case .codes(let samples): GoldenData(samples: samples)
      }
    guard !data.samples.isEmpty else {
      throw Refusal(
        Diagnostic(code: "DG0026", message: "there are 0 samples to run", hint: "give at least one sample"))
    }
    try Self.check(data.samples.count, for: network)
    return data
  }

  /// Codes of all tensors and samples of a run: those of the reference and those of the program are held at once, with 4 bytes
  /// each.
  private static let mostCodes = 1 << 29

  private static func check(_ samples: Int, for network: Network) throws(Refusal) {
    let codes = network.tensors.reduce(1) { $0 + $1.shape.elements }
    let most = min(TensorDecoder.sampleLimit, mostCodes / codes)
    guard samples > max(1, most) else { return }
    throw Refusal(
      Diagnostic(
        code: "DG0036", message: "there are \(samples) samples, but at most \(most) of this network fit a run",
        hint: "give fewer at a time"))
  }

  private static func read(_ paths: [String], for network: Network) throws(Refusal) -> GoldenData {
    guard paths.count == network.inputs.count else {
      throw Refusal(
        Diagnostic(
          code: "DG0025",
          message: "\(Figures.count(paths.count, "input file")) given, but the network has "
            + Figures.count(network.inputs.count, "input"),
          hint: "give one --input per network input, in the order that 'check' lists them"))
    }
    var inputs: [[[Int32]]] = []
    var remarks: [Diagnostic] = []
    for (path, boundary) in zip(paths, network.inputs) {
      let bytes = try ModelFile.read(path)
      let array: NumericArray
      if path.hasSuffix(".npy") {
        array = try NPY.decode(bytes, path: path)
      } else {
        array = try raw(bytes, path: path, tensor: network[boundary.tensor])
        remarks.append(remark(on: array, path: path, tensor: network[boundary.tensor]))
      }
      let decoder = TensorDecoder(network: network, path: path)
      if let remark = decoder.remark(on: array, of: boundary) { remarks.append(remark) }
      inputs.append(try decoder.samples(array, of: boundary.tensor, floats: .reals(boundary)))
    }
    var data = GoldenData(samples: try GoldenData.transposed(inputs, path: paths.joined(separator: ", ")))
    data.remarks = remarks
    return data
  }

  private static func remark(on array: NumericArray, path: String, tensor: Tensor) -> Diagnostic {
    Diagnostic(
      .warning, code: "DG0029", file: path,
      message: "does not tell the type of its elements, they are read as \(array.scalar.rawValue) codes of "
        + "'\(tensor.name)'; samples: \(array.dimensions[0])",
      hint: "give an .npy file, which tells the type, for floats or where this is wrong")
  }

  /// A file without a header: codes in the model's own order, one a byte where their type is narrower.
  private static func raw(_ bytes: [UInt8], path: String, tensor: Tensor) throws(Refusal) -> NumericArray {
    let stored = tensor.type.inWholeBytes
    let sampleBytes = stored.bytes(elements: tensor.shape.elements)
    let count = bytes.count / max(sampleBytes, 1)
    guard count > 0,
      let array = NumericArray(
        scalar: NumericArray.Scalar(stored), dimensions: [count] + tensor.origin.dimensions.drop { $0 == 1 },
        bytes: bytes[...])
    else {
      throw Refusal(
        Diagnostic(
          code: "DG0021", file: path,
          message: "has \(bytes.count) bytes, which is no multiple of the \(sampleBytes) of '\(tensor.name)'",
          hint: "give \(stored.rawValue) codes one after another, or an .npy file"))
    }
    return array
  }

  private static func random(count: Int, seed: UInt64, for network: Network) -> GoldenData {
    var generator = SplitMix64(seed: seed)
    let samples = (0..<count).map { _ in
      network.inputs.map { boundary in
        let tensor = network[boundary.tensor]
        return (0..<tensor.shape.elements).map { _ in Int32(Int.random(in: tensor.values, using: &generator)) }
      }
    }
    return GoldenData(samples: samples)
  }
}
