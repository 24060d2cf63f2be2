import Codecs
import Pixels

/// Why examples cannot be learned from: facts, known before the first step. `description` makes the sentence.
public enum DataError: Error, Hashable, Sendable {
    /// A file or folder that cannot be opened or read.
    case file(String, CodecError)
    /// Pictures that cannot be read or brought to the size: the first sentences, and how many there are in all.
    case pictures([String], count: Int, of: Int)
    /// A folder in which there is nothing that a data set is made of.
    case unknownLayout(String)
    case emptyClass(String, place: String)
    /// Labels are numbers, and this one is no picture's.
    case unusedLabel(String, place: String)
    case oneClass(String, place: String)
    case unknownClass(String, known: [String], place: String)
    case tooManyClasses(Int, allowed: Int, place: String)
    case noExamples(String)
    /// Pictures of one folder that have no partner in the other: the first names, and how many.
    case withoutPartner([String], count: Int, in: String, other: String)
    /// Two pictures of one folder that would have the same partner.
    case sameName(String, String)
    /// A folder whose partner is no folder.
    case folderAndFile(folder: String, file: String)
    /// Pictures whose channels differ in number.
    case channels(first: String, Int, other: String, Int)
    /// A picture makes all pieces smaller than what a net looks at.
    case piecesTooSmall(Size, needed: Int, place: String)
    case shapes(first: String, Shape, other: String, Shape)
    /// The same of masks, which nothing brings to one size.
    case maskShapes(first: String, Shape, other: String, Shape)
    case labelOutOfRange(Int, classes: Int, place: String)
    /// Masks that use few of very many numbers, and no names of classes to go by.
    case sparseClasses([Int], place: String)
    case memory(needed: Int?, allowed: Int, place: String)
    /// A text that is longer than texts may be; the bound may come of the memory.
    case tooLong(String, allowed: Int, isBoundByMemory: Bool)
    /// What is wrong with an IDX or CIFAR file, as a clause.
    case damaged(String, String)
    case unequalCounts(pictures: String, Int, labels: String, Int)
    /// What is wrong in a line of a list, as a clause.
    case list(String, line: Int, String)
    /// The program's `input` cannot take these pictures.
    case fitting(String, String)
    case tooFewToSplit(count: Int, share: Float)
    /// A folder in which there is nothing that pictures with boxes are made of.
    case unknownBoxLayout(String)
    /// What is wrong with a box, or with what tells of boxes, as a clause with the way out.
    case box(String, place: String)
    /// Pictures in which there is nothing to be found.
    case noBoxes(String)
}
