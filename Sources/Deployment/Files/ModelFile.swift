import Crypto
import Foundation
package import GraphImport
package import NetworkIR
import SystemPackage

/// A model file as it was read from disk.
package struct ModelFile: Sendable {
  /// As the user gave it, for diagnostics.
  package var path: String
  package var bytes: [UInt8]

  /// Greatest file that is read, in bytes: far above any network for these chips, and any samples for it.
  package static let sizeLimitBytes = 1 << 30
  /// Greatest JSON document that is read, in bytes, as its parser takes some fifty times its size: above any plan.
  static let documentLimitBytes = 1 << 25

  /// A file that is in memory already.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// Reads the whole file.
  ///
  /// - Throws: `Refusal` where the file is missing, is no regular file, or is larger than `sizeLimitBytes`.
  package init(path: String) throws(Refusal) {
    self.path = path
    bytes = try Self.read(path)
  }

  /// File name without folder and extension; for `model.onnx` in a folder, the folder's name.
  package var name: String {
    let url = URL(fileURLWithPath: path)
    let stem = url.deletingPathExtension().lastPathComponent
    let folder = url.deletingLastPathComponent().lastPathComponent
    return stem == "model" && !folder.isEmpty && folder != "/" ? folder : stem
  }

  /// SHA-256 of the bytes in lower-case hexadecimal.
  package var sha256: String {
    SHA256.hash(data: bytes).hexadecimal
  }

  /// Reads and lowers the model, or says everything that is wrong with it.
  ///
  /// - Parameters:
  ///   - profile: the reading asked for; nil takes the dialect's own.
  ///   - inputType: of inputs whose type the file leaves open; nil takes the dialect's own.
  /// - Returns: what is known about each operator, and the model where it can be deployed.
  package func inspect(profile: ReferenceProfile? = nil, inputType: ElementType? = nil) -> ModelReport {
    inspectModel(bytes, fileName: path, profile: profile, inputType: inputType)
  }

  /// Reads and lowers the model; parameters as in `inspect`.
  ///
  /// - Throws: `Refusal` with every problem.
  package func load(
    profile: ReferenceProfile? = nil, inputType: ElementType? = nil
  ) throws(Refusal) -> ImportedModel {
    var model = try importModel(bytes, fileName: path, profile: profile, inputType: inputType)
    model.network.name = name
    return model
  }

  /// The bytes of any file the user named.
  ///
  /// - Throws: `Refusal` where it can't be read or is larger than `limitBytes`.
  static func read(_ path: String, limitBytes: Int = sizeLimitBytes) throws(Refusal) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Refusal(Diagnostic(code: "DG0001", file: path, message: "no such file", hint: "check the path"))
    }
    guard !isFolder.boolValue else {
      throw Refusal(
        Diagnostic(code: "DG0002", file: path, message: "is a folder, not a file", hint: "name the file inside it"))
    }
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular else {
      throw Refusal(
        Diagnostic(code: "DG0005", file: path, message: "is not a regular file", hint: "give a file on disk"))
    }
    let size = attributes?[.size] as? Int ?? 0
    guard size <= limitBytes else {
      throw Refusal(
        Diagnostic(
          code: "DG0003", file: path, message: "has \(size) bytes, more than the \(limitBytes) that are read",
          hint: "give a smaller file"))
    }
    guard let bytes = try? contents(path, bytes: size) else {
      throw Refusal(Diagnostic(code: "DG0004", file: path, message: "can't be read", hint: "check its permissions"))
    }
    return bytes
  }

  /// Up to so many bytes of a file, each of which is in memory once.
  private static func contents(_ path: String, bytes size: Int) throws -> [UInt8] {
    let file = try FileDescriptor.open(FilePath(path), .readOnly)
    return try file.closeAfter {
      try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        while count < size {
          let read = try file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]))
          if read == 0 { break }
          count += read
        }
      }
    }
  }
}
