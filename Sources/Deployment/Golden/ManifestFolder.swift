import Crypto
import Foundation
import NetworkIR

/// A folder whose `manifest.json` names raw little-endian files of stacked samples, with every intermediate of sample 0
/// in `tensors_sample0.*` where it is given.
struct ManifestFolder {
  let path: String
  let network: Network
  private let manifest: Manifest

  private struct Manifest: Decodable {
    struct Golden: Decodable {
      var inputs: [File]
      var outputs: [File]
      /// The codes of the only input, where `inputs` holds reals.
      var int_input0: File?
      /// The codes of the only output, where `outputs` holds reals.
      var int_output0: File?
    }
    struct File: Decodable {
      var file: String
      var dtype: String
      var n: Int
      var shape: [Int]
      var name: String?
    }
    /// What a file was when the folder was made.
    struct Contents: Decodable {
      /// In hexadecimal.
      var sha256: String?
    }
    var golden: Golden?
    /// By the file's name.
    var files: [String: Contents]?
  }

  private struct Intermediate: Decodable {
    var name: String?
    var tensor_index: Int?
    var dtype: String
    var shape: [Int]
    var offset: Int
    var nbytes: Int
  }

  /// The numbers of both documents; other keys, which are not read, may hold any.
  private static let wholeNumbers: Set<String> = ["n", "shape", "tensor_index", "offset", "nbytes"]

  /// Reads the manifest.
  init(path: String, network: Network) throws(Refusal) {
    self.path = path
    self.network = network
    let name = "manifest.json"
    manifest = try Self.decode(
      name, try ModelFile.read(path + "/" + name, limitBytes: ModelFile.documentLimitBytes), path)
  }

  func read() throws(Refusal) -> GoldenData {
    guard let golden = manifest.golden else {
      throw refusal("manifest.json", "has no golden data", "give a folder that has")
    }
    guard golden.inputs.count == network.inputs.count, golden.outputs.count == network.outputs.count else {
      throw refusal(
        "manifest.json",
        "names \(Figures.count(golden.inputs.count, "input")) and \(Figures.count(golden.outputs.count, "output")), "
          + "but the network has \(network.inputs.count) and \(network.outputs.count)", "give this network's folder")
    }
    var inputs: [[[Int32]]] = []
    var remarks: [Diagnostic] = []
    for (file, boundary) in zip(golden.inputs, network.inputs) {
      // Codes leave no choice of rounding, so they come first.
      let codes = network.inputs.count == 1 ? golden.int_input0 : nil
      if let codes { remarks.append(leftAside(file, for: codes)) }
      inputs.append(try samples(codes ?? file, of: boundary.tensor, floats: .reals(boundary)))
    }
    var data = GoldenData(samples: try GoldenData.transposed(inputs, path: path))
    data.remarks = remarks
    for (file, boundary) in zip(golden.outputs, network.outputs) {
      if network.outputs.count == 1, let codes = golden.int_output0 {
        data.remarks.append(leftAside(file, for: codes))
        try add(codes, tensor: tensorID(codes.name, nil) ?? boundary.tensor, boundary, to: &data)
      } else {
        try add(file, tensor: boundary.tensor, boundary, to: &data)
      }
    }
    try addIntermediates(to: &data)
    return data
  }

  private func leftAside(_ file: Manifest.File, for codes: Manifest.File) -> Diagnostic {
    Diagnostic(
      .note, code: "DG0028", file: path + "/" + file.file,
      message: "is not read, as '\(codes.file)' holds the integer codes of it")
  }

  /// Adds every sample of a file of outputs.
  private func add(
    _ file: Manifest.File, tensor: TensorID, _ boundary: Boundary, to data: inout GoldenData
  ) throws(Refusal) {
    let decoder = TensorDecoder(network: network, path: path + "/" + file.file)
    let count = try data.add(
      try array(file), from: file.file, of: boundary, tensor: tensor, decoder: decoder, exactShape: false)
    if let count { try data.require(count, of: file.file, path: path) }
  }

  private func samples(
    _ file: Manifest.File, of tensor: TensorID, floats: TensorDecoder.Floats
  ) throws(Refusal) -> [[Int32]] {
    try TensorDecoder(network: network, path: path + "/" + file.file)
      .samples(try array(file), of: tensor, floats: floats, exactShape: false)
  }

  private func array(_ file: Manifest.File) throws(Refusal) -> NumericArray {
    let bytes = try contents(file.file)
    guard let scalar = NumericArray.Scalar(rawValue: file.dtype),
      let array = NumericArray(scalar: scalar, dimensions: [file.n] + file.shape, bytes: bytes[...])
    else {
      throw refusal(
        file.file, "has \(bytes.count) bytes, which \(file.n) samples of \(file.dtype) \(file.shape) are not",
        "make the golden data anew")
    }
    return array
  }

  private func addIntermediates(to data: inout GoldenData) throws(Refusal) {
    let list = "tensors_sample0.json"
    let codes = "tensors_sample0.bin"
    guard FileManager.default.fileExists(atPath: "\(path)/\(list)") else { return }
    var known: Set<TensorID> = []
    let entries: [Intermediate] = try Self.decode(
      list, try contents(list, limitBytes: ModelFile.documentLimitBytes), path)
    let bytes = try contents(codes)
    for entry in entries {
      let label = entry.name ?? "tensor \(entry.tensor_index ?? -1)"
      guard let tensor = tensorID(entry.name, entry.tensor_index) else { data.unmatched.append(label); continue }
      guard known.insert(tensor).inserted else {
        throw refusal(list, "has '\(label)' twice", "make the golden data anew")
      }
      let (end, overflow) = entry.offset.addingReportingOverflow(entry.nbytes)
      guard entry.offset >= 0, entry.nbytes >= 0, !overflow, end <= bytes.count,
        let scalar = NumericArray.Scalar(rawValue: entry.dtype),
        let array = NumericArray(scalar: scalar, dimensions: entry.shape, bytes: bytes[entry.offset..<end])
      else {
        throw refusal(list, "'\(label)' does not fit its file", "make the golden data anew")
      }
      let target = network[tensor]
      let output = network.outputs.first { $0.tensor == tensor }
      guard array.isInteger || target.scale != nil || output?.affineTail != nil else {
        data.unmatched.append("\(label), floats of no known scale")
        continue
      }
      let count = try data.add(
        array, from: codes,
        of: Boundary(
          tensor: tensor, scale: target.scale, zeroPoint: target.zeroPoint, affineTail: output?.affineTail),
        decoder: TensorDecoder(network: network, path: "\(path)/\(codes)"), exactShape: false)
      guard count == 1 else {
        throw refusal(
          list, "'\(label)' holds \(count ?? 0) samples, but the file is of one",
          "make the golden data anew")
      }
    }
  }

  /// By the file's number where it has one (names need not be unique in TFLite), else by name.
  private func tensorID(_ name: String?, _ index: Int?) -> TensorID? {
    if let index { return network.tensors.firstIndex { $0.origin.index == index } }
    return network.tensors.firstIndex { $0.name == name }
  }

  /// The bytes of a file of the folder, which must be those that the manifest is of where it says so.
  private func contents(_ name: String, limitBytes: Int = ModelFile.sizeLimitBytes) throws(Refusal) -> [UInt8] {
    guard !name.contains("/") else { throw refusal(name, "leaves the folder", "name a file in the folder") }
    let bytes = try ModelFile.read(path + "/" + name, limitBytes: limitBytes)
    if let expected = manifest.files?[name]?.sha256 {
      let found = SHA256.hash(data: bytes).hexadecimal
      guard found == expected.lowercased() else {
        throw refusal(
          name, "has SHA-256 \(found), but manifest.json says \(expected)",
          "the file was changed or not copied whole: fetch it or make the golden data anew")
      }
    }
    return bytes
  }

  private static func decode<Value: Decodable>(
    _ name: String, _ bytes: [UInt8], _ path: String
  ) throws(Refusal) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      let fault = JSONFault.sentence(error, in: bytes, isWhole: wholeNumbers.contains)
      throw refusal(path, name, "is not the JSON expected here: \(fault)", "make the golden data anew")
    }
  }

  private func refusal(_ name: String, _ message: String, _ hint: String) -> Refusal {
    Self.refusal(path, name, message, hint)
  }

  private static func refusal(_ path: String, _ name: String, _ message: String, _ hint: String) -> Refusal {
    Refusal(Diagnostic(code: "DG0023", file: path + "/" + name, message: message, hint: hint))
  }
}
