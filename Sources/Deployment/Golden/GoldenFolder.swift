import Foundation
package import NetworkIR

/// Reads golden data in the three forms it comes in: a folder with a manifest, DORY's text files, `.npy` pairs.
package enum GoldenFolder {
  /// Reads the folder.
  ///
  /// - Throws: `Refusal` where it holds none of the known forms or its files don't fit the network.
  package static func read(_ path: String, for network: Network) throws(Refusal) -> GoldenData {
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
    if exists("manifest.json") { return try ManifestFolder(path: path, network: network).read() }
    if exists("input.txt") { return try DORYTextFolder(path: path, network: network).read() }
    if exists("input0.npy") || exists("input.npy") { return try NPYFolder(path: path, network: network).read() }
    throw Refusal(
      Diagnostic(
        code: "DG0022", file: path, message: "holds neither manifest.json, nor input.txt, nor input0.npy",
        hint: "give a folder of golden data"))
  }
}

/// `input<k>.npy` and `output<k>.npy`, each one sample or a stack.
struct NPYFolder {
  var path: String
  var network: Network

  func read() throws(Refusal) -> GoldenData {
    var inputs: [[[Int32]]] = []
    for (index, boundary) in network.inputs.enumerated() {
      inputs.append(try codes("input", index, boundary, .reals(boundary)))
    }
    var golden = GoldenData(samples: try GoldenData.transposed(inputs, path: path))
    for (index, boundary) in network.outputs.enumerated() {
      let floats = TensorDecoder.Floats.codes(scale: boundary.scale, zeroPoint: boundary.zeroPoint)
      let samples = try codes("output", index, boundary, floats)
      guard !samples.isEmpty else {
        golden.unmatched.append("output\(index).npy, floats beyond the last integer tensor")
        continue
      }
      try golden.require(samples.count, of: "output\(index).npy", path: path)
      for (sample, values) in samples.enumerated() {
        golden.expected.append(
          GoldenTensor(sample: sample, tensor: boundary.tensor, values: values, source: "output\(index).npy"))
      }
    }
    return golden
  }

  /// Codes per sample; none where the file holds floats that stand for none.
  private func codes(
    _ kind: String, _ index: Int, _ boundary: Boundary, _ floats: TensorDecoder.Floats
  ) throws(Refusal) -> [[Int32]] {
    let names = index == 0 ? ["\(kind)0.npy", "\(kind).npy"] : ["\(kind)\(index).npy"]
    guard let name = names.first(where: { FileManager.default.fileExists(atPath: path + "/" + $0) }) else {
      throw Refusal(
        Diagnostic(
          code: "DG0027", file: path, message: "has no \(names[0]), but the network has \(index + 1) \(kind)s or more",
          hint: "give a file for every input and every output"))
    }
    let file = path + "/" + name
    let array = try NPY.decode(try ModelFile.read(file), path: file)
    let decoder = TensorDecoder(network: network, path: file)
    guard !decoder.isBeyondBorder(array, boundary) else { return [] }
    return try decoder.samples(array, of: boundary.tensor, floats: floats)
  }
}
