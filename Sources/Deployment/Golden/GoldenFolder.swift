import Foundation
package import NetworkIR

/// Reads golden data in the three forms it comes in: a folder with a manifest, DORY's text files, `.npy` pairs.
package enum GoldenFolder {
  /// Reads the folder.
  ///
  /// - Throws: `Refusal` where it is missing, holds none of the known forms or its files don't fit the network.
  package static func read(_ path: String, for network: Network) throws(Refusal) -> GoldenData {
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
    if exists("manifest.json") { return try ManifestFolder(path: path, network: network).read() }
    if exists("input.txt") { return try DORYTextFolder(path: path, network: network).read() }
    if exists("input0.npy") || exists("input.npy") { return try NPYFolder(path: path, network: network).read() }
    guard FileManager.default.fileExists(atPath: path) else {
      throw Refusal(Diagnostic(code: "DG0001", file: path, message: "no such folder", hint: "check the path"))
    }
    throw Refusal(
      Diagnostic(
        code: "DG0022", file: path, message: "holds neither manifest.json, nor input.txt, nor input0.npy",
        hint: "give a folder of one of these forms, or compare random samples with '--random 4', which need no files"))
  }
}

/// `input<k>.npy` and `output<k>.npy`, each one sample or a stack.
struct NPYFolder {
  var path: String
  var network: Network

  func read() throws(Refusal) -> GoldenData {
    var inputs: [[[Int32]]] = []
    var remarks: [Diagnostic] = []
    for (index, boundary) in network.inputs.enumerated() {
      let (array, name) = try array("input", index)
      let decoder = TensorDecoder(network: network, path: path + "/" + name)
      if let remark = decoder.remark(on: array, of: boundary) { remarks.append(remark) }
      inputs.append(try decoder.samples(array, of: boundary.tensor, floats: .reals(boundary)))
    }
    var golden = GoldenData(samples: try GoldenData.transposed(inputs, path: path))
    golden.remarks = remarks
    for (index, boundary) in network.outputs.enumerated() {
      let (array, name) = try array("output", index)
      let decoder = TensorDecoder(network: network, path: path + "/" + name)
      let count = try golden.add(array, from: name, of: boundary, decoder: decoder, exactShape: true)
      if let count { try golden.require(count, of: name, path: path) }
    }
    return golden
  }

  /// The array of one input or output, and the name of its file.
  private func array(_ kind: String, _ index: Int) throws(Refusal) -> (NumericArray, String) {
    let names = index == 0 ? ["\(kind)0.npy", "\(kind).npy"] : ["\(kind)\(index).npy"]
    guard let name = names.first(where: { FileManager.default.fileExists(atPath: path + "/" + $0) }) else {
      throw Refusal(
        Diagnostic(
          code: "DG0027", file: path, message: "has no \(names[0]), but the network has \(index + 1) \(kind)s or more",
          hint: "give a file for every input and every output"))
    }
    let file = path + "/" + name
    return (try NPY.decode(try ModelFile.read(file), path: file), name)
  }
}
