import Foundation
import NetworkIR

/// Keeps commands from writing over what they read.
enum OutputPlaces {
  /// Makes sure that an output is none of the inputs, by whatever name or link.
  ///
  /// - Parameters:
  ///   - output: the path of a file to write; nil and `-` are none.
  ///   - inputs: paths of files that are read; nil ones are none.
  /// - Throws: `Refusal` where they are one file.
  static func requireApart(_ output: String?, from inputs: [String?]) throws(Refusal) {
    guard let output, output != "-", let place = identity(output) else { return }
    for input in inputs.compactMap({ $0 }) where identity(input) == place {
      throw Refusal(
        Diagnostic(
          code: "DG0016", file: output, message: "is to be written, but is the input '\(input)' as well",
          hint: "give another place for the output"))
    }
  }

  /// The same for the `.npy` files that are to be written into a folder: inputs must lie elsewhere.
  ///
  /// - Throws: `Refusal` where an input is such a file of the folder.
  static func requireApart(folder: String?, from inputs: [String]) throws(Refusal) {
    guard let folder, let place = identity(folder) else { return }
    for input in inputs where input.hasSuffix(".npy") {
      let parent = URL(fileURLWithPath: input).resolvingSymlinksInPath().deletingLastPathComponent().path
      guard identity(parent) == place else { continue }
      throw Refusal(
        Diagnostic(
          code: "DG0016", file: folder, message: "is to be written to, but holds the input '\(input)'",
          hint: "give another folder for the output"))
    }
  }

  /// Device and number of a file or folder; nil where there is none.
  private static func identity(_ path: String) -> [UInt64]? {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: real),
      let device = attributes[.systemNumber] as? NSNumber, let number = attributes[.systemFileNumber] as? NSNumber
    else { return nil }
    return [device.uint64Value, number.uint64Value]
  }
}
