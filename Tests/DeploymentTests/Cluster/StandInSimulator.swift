import Foundation

/// A project folder whose simulator is a shell script: it keeps its arguments, and gives what it was told to give.
struct StandInSimulator {
  /// The folder of the project.
  var project: String

  /// Writes the script.
  ///
  /// - Parameters:
  ///   - project: an empty folder.
  ///   - report: what `--report` gets.
  ///   - output: file whose bytes `--output` and `--layers` get.
  ///   - faults: lines on stderr, with exit code 70; none: success.
  /// - Throws: where the script can't be written.
  init(in project: String, report: String, output: [UInt8], faults: [String] = []) throws {
    self.project = project
    let folder = URL(fileURLWithPath: project + "/build/cluster")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(report.utf8).write(to: URL(fileURLWithPath: project + "/report"))
    try Data(output).write(to: URL(fileURLWithPath: project + "/codes"))
    let complaints = faults.map { "echo '\($0)' >&2\n" }.joined()
    let script = """
      #!/bin/sh
      printf '%s\\n' "$@" > '\(project)/arguments'
      while [ $# -gt 0 ]; do
        case "$1" in
          --output|--layers) cp '\(project)/codes' "$2" ;;
          --report) cp '\(project)/report' "$2" ;;
          --timeline) echo '[]' > "$2" ;;
        esac
        shift 2
      done
      \(complaints)exit \(faults.isEmpty ? 0 : 70)

      """
    let path = folder.appending(path: "simulator").path
    try Data(script.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  /// What the script was called with: values by option.
  func options() throws -> [String: String] {
    let words = try String(contentsOfFile: project + "/arguments", encoding: .utf8).split(separator: "\n")
    return Dictionary(
      uniqueKeysWithValues: stride(from: 0, to: words.count, by: 2).map { (String(words[$0]), String(words[$0 + 1])) })
  }
}
