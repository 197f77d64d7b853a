"""The steps of an interview that touch the world. Methods of classes that take their clients."""
