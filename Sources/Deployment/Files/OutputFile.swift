import Crypto
import Foundation
package import NetworkIR

/// A single output file.
package enum OutputFile {
  /// Writes the bytes so that a regular file appears whole or not at all; a link is followed, and a device, pipe or the
  /// like is written to.
  ///
  /// - Throws: `Refusal` where it can't be written.
  package static func write(_ bytes: [UInt8], to path: String) throws(Refusal) {
    let place = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    do {
      let attributes = try? FileManager.default.attributesOfItem(atPath: place.path)
      if let type = attributes?[.type] as? FileAttributeType, type != .typeRegular {
        let handle = try FileHandle(forWritingTo: place)
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
      } else {
        let staging = Staging(beside: place)
        try Data(bytes).write(to: staging.url)
        try staging.takePlace()
      }
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0012", file: path, message: "can't be written: \(error.reason)",
          hint: FileManager.default.fileExists(atPath: place.deletingLastPathComponent().path)
            ? "check permissions and free space; nothing was changed"
            : "make the folder '\(place.deletingLastPathComponent().lastPathComponent)' first; nothing was changed"))
    }
  }

  /// Writes arrays as `<name>.npy` into a folder that may hold other files already, each appearing whole.
  static func write(arrays: [NamedArray], to folder: String) throws(Refusal) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0012", file: folder, message: "can't be made: \(error.reason)",
          hint: "check permissions and free space"))
    }
    for array in arrays { try write(array.bytes, to: "\(folder)/\(array.name).npy") }
  }
}

/// The bytes of an `.npy` file and its name without the extension.
struct NamedArray {
  var name: String
  var bytes: [UInt8]
}

extension Error {
  /// What the operating system says, where it says anything.
  var reason: String {
    let error = self as NSError
    if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
    if let underlying = error.userInfo[NSUnderlyingErrorKey] as? any Error { return underlying.reason }
    return error.localizedDescription
  }
}

extension SHA256Digest {
  /// Lower-case hexadecimal.
  var hexadecimal: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
