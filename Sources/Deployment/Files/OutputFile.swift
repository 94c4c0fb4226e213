import Crypto
import Foundation
package import NetworkIR

/// Output files one by one, among whatever lies beside them.
package enum OutputFile {
  /// Writes the bytes so that a regular file appears whole or not at all; a link is followed, and a device, pipe or the
  /// like is written to.
  ///
  /// - Throws: `Refusal` where it can't be written.
  package static func write(_ bytes: [UInt8], to path: String) throws(Refusal) {
    let place = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let found = fileType(of: place)
    guard found != .typeDirectory else { throw folderRefusal(path) }
    do {
      if let found, found != .typeRegular {
        let handle = try FileHandle(forWritingTo: place)
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
      } else {
        let staging = Staging(beside: place)
        try staging.write(bytes, to: staging.url)
        try staging.takePlace()
      }
    } catch {
      let folder = place.deletingLastPathComponent()
      let hint =
        FileManager.default.fileExists(atPath: folder.path)
        ? "check permissions and free space" : "make the folder '\(folder.lastPathComponent)' first"
      throw refusal(path, error, hint + "; nothing was changed")
    }
  }

  /// Writes files, with the folders that they need: all of them or, where one can't be written, none. A folder that is there
  /// already may hold other files.
  ///
  /// - Throws: `Refusal` where one can't be written, which says so where others have taken their place by then.
  static func write(all files: [PlacedFile]) throws(Refusal) {
    var stagings: [(staging: Staging, place: URL)] = []
    for file in files {
      let target = URL(fileURLWithPath: file.path).standardizedFileURL.resolvingSymlinksInPath()
      guard fileType(of: target) != .typeDirectory else { throw folderRefusal(file.path) }
      do {
        let place = firstMissing(of: target)
        if place.path == target.path { try requireRegular(target) }
        let known = stagings.first { $0.place.path == place.path }?.staging
        let staging = known ?? Staging(beside: place)
        if known == nil { stagings.append((staging, place)) }
        // Where the rest of the path leads when the staging has the name of its place.
        let written = URL(fileURLWithPath: staging.url.path + target.path.dropFirst(place.path.count))
        try staging.write(file.bytes, to: written)
      } catch {
        throw refusal(file.path, error, "check permissions and free space; nothing was changed")
      }
    }
    for (index, part) in stagings.enumerated() {
      do {
        try part.staging.takePlace()
      } catch {
        let written = index == 0 ? "nothing was changed" : "what was written: \(index) of \(stagings.count) parts"
        throw refusal(part.place.path, error, "check permissions; \(written)")
      }
    }
  }

  /// The first part of a path that is not there, or all of it.
  private static func firstMissing(of target: URL) -> URL {
    var place = target
    while place.path != "/", !FileManager.default.fileExists(atPath: place.deletingLastPathComponent().path) {
      place.deleteLastPathComponent()
    }
    return place
  }

  private static func requireRegular(_ file: URL) throws {
    guard let type = fileType(of: file), type != .typeRegular else { return }
    throw NSError(domain: NSPOSIXErrorDomain, code: Int(EEXIST))
  }

  /// nil where nothing is there.
  private static func fileType(of place: URL) -> FileAttributeType? {
    (try? FileManager.default.attributesOfItem(atPath: place.path))?[.type] as? FileAttributeType
  }

  private static func folderRefusal(_ path: String) -> Refusal {
    Refusal(
      Diagnostic(
        code: "DG0002", file: path, message: "is a folder, not a file",
        hint: "name a file in it; nothing was changed"))
  }

  private static func refusal(_ path: String, _ error: any Error, _ hint: String) -> Refusal {
    Refusal(Diagnostic(code: "DG0012", file: path, message: "can't be written: \(error.reason)", hint: hint))
  }
}

/// The bytes of a file and where it is to lie.
struct PlacedFile {
  var path: String
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
