import CEmitter
import Foundation
package import NetworkIR

/// A folder that appears whole or not at all: written beside its place under another name, then renamed.
enum OutputFolder {
  /// Writes the files into a new folder at `path`.
  ///
  /// An existing folder is replaced only when it is empty or holds `marker`, which says that this tool made it.
  ///
  /// - Throws: `Refusal` where the place is taken or can't be written; nothing is left behind then.
  static func write(_ files: [GeneratedFile], to path: String, marker: String) throws(Refusal) {
    let place = URL(fileURLWithPath: path).standardizedFileURL
    try checkFree(place, path: path, marker: marker)
    let suffix = "\(ProcessInfo.processInfo.processIdentifier)"
    let staging = place.deletingLastPathComponent().appending(path: ".\(place.lastPathComponent).new-\(suffix)")
    let retired = place.deletingLastPathComponent().appending(path: ".\(place.lastPathComponent).old-\(suffix)")
    let manager = FileManager.default
    do {
      defer { try? manager.removeItem(at: staging) }
      try manager.createDirectory(at: staging, withIntermediateDirectories: true)
      for file in files {
        let target = staging.appending(path: file.path)
        try manager.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(file.contents).write(to: target)
      }
      if manager.fileExists(atPath: place.path) { try manager.moveItem(at: place, to: retired) }
      do {
        try manager.moveItem(at: staging, to: place)
      } catch {
        try? manager.moveItem(at: retired, to: place)
        throw error
      }
      try? manager.removeItem(at: retired)
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0012", file: path, message: "can't be written: \(error.localizedDescription)",
          hint: "check permissions and free space; nothing was changed"))
    }
  }

  private static func checkFree(_ place: URL, path: String, marker: String) throws(Refusal) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else { return }
    guard isFolder.boolValue else {
      throw Refusal(
        Diagnostic(code: "DG0010", file: path, message: "is a file, not a folder", hint: "give another place"))
    }
    let contents = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    guard contents.isEmpty || contents.contains(marker) else {
      throw Refusal(
        Diagnostic(
          code: "DG0011", file: path, message: "holds \(contents.count) files that this tool did not write",
          hint: "give an empty or new folder"))
    }
  }
}

/// A single output file that appears whole or not at all.
package enum OutputFile {
  /// Writes the bytes to a file beside `path` and renames it.
  ///
  /// - Throws: `Refusal` where it can't be written.
  package static func write(_ bytes: [UInt8], to path: String) throws(Refusal) {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0012", file: path, message: "can't be written: \(error.localizedDescription)",
          hint: "check permissions and free space; nothing was changed"))
    }
  }
}

/// An `.npy` file to be written.
struct GeneratedArray {
  var name: String
  var bytes: [UInt8]
}

extension OutputFolder {
  /// Puts arrays into a folder that may hold other files already, each appearing whole.
  static func writeArrays(_ arrays: [GeneratedArray], to path: String) throws(Refusal) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0012", file: path, message: "can't be made: \(error.localizedDescription)",
          hint: "check permissions and free space"))
    }
    for array in arrays { try OutputFile.write(array.bytes, to: "\(path)/\(array.name).npy") }
  }
}
