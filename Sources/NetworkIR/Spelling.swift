/// What somebody who typed a name may have meant.
package enum Spelling {
  /// The name most like a word: what it is the beginning of, else what is at most a third of its letters away; of several
  /// such names the one whose number at the end is nearest.
  ///
  /// - Parameters:
  ///   - word: what was typed, which is none of the names.
  ///   - names: what could have been typed. Of names that are still equally like the word the first is taken.
  /// - Returns: nil where nothing is like it.
  package static func nearest(to word: String, among names: [String]) -> String? {
    guard !word.isEmpty else { return nil }
    if let whole = names.first(where: { $0.hasPrefix(word) }) { return whole }
    let letters = word.count
    let most = (letters + 2) / 3
    let typed = number(atEndOf: word)
    // It takes as many edits as the lengths differ by, at least.
    let distances = names.filter { abs($0.count - letters) <= most }.map { name in
      let steps = typed.flatMap { typed in number(atEndOf: name).map { abs($0 - typed) } } ?? .max
      return (name: name, edits: edits(from: Array(word), to: Array(name)), steps: steps)
    }
    return distances.min { ($0.edits, $0.steps) < ($1.edits, $1.steps) }.flatMap { $0.edits <= most ? $0.name : nil }
  }

  /// 3 of `conv_03`; nil where there is none.
  private static func number(atEndOf name: String) -> Int? {
    Int(String(name.reversed().prefix { ("0"..."9").contains($0) }.reversed()))
  }

  /// The beginning of a hint, empty where nothing is like the word.
  package static func suggestion(for word: String, among names: [String]) -> String {
    nearest(to: word, among: names).map { "did you mean '\($0)'? " } ?? ""
  }

  /// How many letters must be put in, taken out, replaced or exchanged with their neighbour. Source: the optimal string
  /// alignment of L. Boytsov, "Indexing methods for approximate dictionary searching", JEA 2011.
  private static func edits(from word: [Character], to name: [Character]) -> Int {
    // Row i, column j: from the first i letters of the word to the first j of the name.
    var rows = [Array(0...name.count)]
    for i in word.indices {
      var row = [i + 1]
      for j in name.indices {
        var least = min(rows[i][j] + (word[i] == name[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0 && j > 0 && word[i] == name[j - 1] && word[i - 1] == name[j] {
          least = min(least, rows[i - 1][j - 1] + 1)
        }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[word.count][name.count]
  }
}
