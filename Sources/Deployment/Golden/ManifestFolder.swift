import Foundation
import NetworkIR

/// A folder whose `manifest.json` names raw little-endian files of stacked samples, with every intermediate of sample 0
/// in `tensors_sample0.*` where it is given.
struct ManifestFolder {
  var path: String
  var network: Network

  private struct Manifest: Decodable {
    struct Golden: Decodable {
      var inputs: [File]
      var outputs: [File]
    }
    struct File: Decodable {
      var file: String
      var dtype: String
      var n: Int
      var shape: [Int]
      var name: String?
    }
    var golden: Golden?
  }

  private struct Intermediate: Decodable {
    var name: String?
    var tensor_index: Int?
    var dtype: String
    var shape: [Int]
    var offset: Int
    var nbytes: Int
  }

  func read() throws(Refusal) -> GoldenData {
    let manifest: Manifest = try decode("manifest.json")
    guard let golden = manifest.golden else {
      throw refusal("manifest.json", "has no golden data", "give a folder that has")
    }
    guard golden.inputs.count == network.inputs.count, golden.outputs.count == network.outputs.count else {
      throw refusal(
        "manifest.json",
        "names \(golden.inputs.count) inputs and \(golden.outputs.count) outputs, "
          + "but the network has \(network.inputs.count) and \(network.outputs.count)", "give this network's folder")
    }
    var inputs: [[[Int32]]] = []
    for (file, boundary) in zip(golden.inputs, network.inputs) { inputs.append(try stack(file, boundary)) }
    var data = GoldenData(samples: try GoldenData.transposed(inputs, path: path))
    for (file, boundary) in zip(golden.outputs, network.outputs) {
      if try isBeyondBorder(file, boundary) {
        data.unmatched.append("\(file.file), floats beyond the last integer tensor")
        continue
      }
      let samples = try stack(file, boundary)
      try data.require(samples.count, of: file.file, path: path)
      for (sample, values) in samples.enumerated() {
        data.expected.append(
          GoldenTensor(sample: sample, tensor: boundary.tensor, values: values, source: file.file))
      }
    }
    try addIntermediates(to: &data)
    return data
  }

  private func stack(_ file: Manifest.File, _ boundary: Boundary) throws(Refusal) -> [[Int32]] {
    try TensorDecoder(network: network, path: path + "/" + file.file)
      .samples(try array(file), of: boundary.tensor, boundary: boundary)
  }

  private func isBeyondBorder(_ file: Manifest.File, _ boundary: Boundary) throws(Refusal) -> Bool {
    TensorDecoder(network: network, path: path).isBeyondBorder(try array(file), boundary)
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
    guard FileManager.default.fileExists(atPath: path + "/tensors_sample0.json") else { return }
    let entries: [Intermediate] = try decode("tensors_sample0.json")
    let bytes = try contents("tensors_sample0.bin")
    for entry in entries {
      let label = entry.name ?? "tensor \(entry.tensor_index ?? -1)"
      guard let tensor = tensorID(entry) else { data.unmatched.append(label); continue }
      let (end, overflow) = entry.offset.addingReportingOverflow(entry.nbytes)
      guard entry.offset >= 0, entry.nbytes >= 0, !overflow, end <= bytes.count,
        let scalar = NumericArray.Scalar(rawValue: entry.dtype),
        let array = NumericArray(scalar: scalar, dimensions: entry.shape, bytes: bytes[entry.offset..<end])
      else {
        throw refusal("tensors_sample0.json", "'\(label)' does not fit its file", "make the golden data anew")
      }
      let samples = try TensorDecoder(network: network, path: path + "/tensors_sample0.bin")
        .samples(array, of: tensor, boundary: nil)
      data.expected.append(
        GoldenTensor(sample: 0, tensor: tensor, values: samples[0], source: "tensors_sample0.bin"))
    }
  }

  /// By the file's number where it has one (names need not be unique in TFLite), else by name.
  private func tensorID(_ entry: Intermediate) -> TensorID? {
    if let index = entry.tensor_index { return network.tensors.firstIndex { $0.origin.index == index } }
    return network.tensors.firstIndex { $0.name == entry.name }
  }

  private func contents(_ name: String) throws(Refusal) -> [UInt8] {
    guard !name.contains("/") else { throw refusal(name, "leaves the folder", "name a file in the folder") }
    return try ModelFile.read(path + "/" + name)
  }

  private func decode<Value: Decodable>(_ name: String) throws(Refusal) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(try contents(name)))
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw refusal(name, "is not the JSON expected here: \(error)", "make the golden data anew")
    }
  }

  private func refusal(_ name: String, _ message: String, _ hint: String) -> Refusal {
    Refusal(Diagnostic(code: "DG0023", file: path + "/" + name, message: message, hint: hint))
  }
}
