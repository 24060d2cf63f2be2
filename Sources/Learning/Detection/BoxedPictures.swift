import Pixels

/// Pictures, and where in them things are. The pictures themselves are read when their turn comes.
public struct BoxedPictures: Hashable, Sendable {
    /// Something in a picture that is to be found.
    public struct Thing: Hashable, Sendable {
        /// In pixels of the picture as its file has it.
        public var box: Box
        /// An index into the classes.
        public var label: Int
        /// A crowd, or what is too hard to see: neither to be found nor wrong if it is.
        public var isUncounted: Bool

        public init(box: Box, label: Int, isUncounted: Bool = false) {
            self.box = box
            self.label = label
            self.isUncounted = isUncounted
        }
    }

    /// A picture's file and the things in it; there may be none.
    public struct Picture: Hashable, Sendable {
        public var path: String
        public var things: [Thing]

        public init(path: String, things: [Thing]) {
            self.path = path
            self.things = things
        }
    }

    public var pictures: [Picture]
    public var classes: [String]
    /// That of the deepest picture: nothing is lost in samples of it.
    public var depth = Depth.uint8

    public init(pictures: [Picture], classes: [String]) {
        self.pictures = pictures
        self.classes = classes
    }

    /// How many things there are to be found.
    public var thingCount: Int { pictures.reduce(0) { $0 + $1.things.count { !$0.isUncounted } } }
}

/// What a folder or file of pictures with boxes holds.
public struct BoxedSets: Sendable {
    public var training: BoxedPictures
    /// Where the data has one of its own.
    public var validation: BoxedPictures?
    public var test: BoxedPictures?
    /// What was odd but did no harm, a sentence each.
    public var notes: [String] = []

    public init(training: BoxedPictures, validation: BoxedPictures? = nil, test: BoxedPictures? = nil) {
        self.training = training
        self.validation = validation
        self.test = test
    }
}
