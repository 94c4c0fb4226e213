/// One file of a generated project.
package struct GeneratedFile: Equatable, Sendable {
  /// Relative to the project's root, with `/`.
  package var path: String
  package var contents: [UInt8]

  /// Names a file and gives its bytes.
  package init(path: String, contents: [UInt8]) {
    self.path = path
    self.contents = contents
  }

  /// A text file in UTF-8.
  init(path: String, text: String) { self.init(path: path, contents: Array(text.utf8)) }
}
