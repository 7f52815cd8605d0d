# The commands of the recipes for the Java virtual machine. `here` is the folder of the recipe.
set -euo pipefail
shared=$here/../jvm
libraries=$LANGUAGES_BOX/jvm-$(sha256sum <"$here/jars.sha256" | cut -c 1-16)

# Puts the libraries of pom.xml there, once: exactly those of jars.sha256, which `sha256sum -- *.jar` wrote.
install_libraries() {
    mkdir -p "$LANGUAGES_BOX"
    exec 9>"$LANGUAGES_BOX/jvm.lock"
    flock 9
    if [ ! -d "$libraries" ]; then
        rm -rf "$libraries.new"
        mvn --quiet --batch-mode --strict-checksums --file "$here/pom.xml" \
            org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
            -DoutputDirectory="$libraries.new" >&2
        if ! (cd "$libraries.new" && sha256sum -- *.jar) | diff "$here/jars.sha256" - >&2; then
            echo "$here/jars.sha256: other libraries came" >&2
            exit 1
        fi
        mv "$libraries.new" "$libraries"
    fi
    exec 9>&-
}

# Compiles Java from the files that standard input names. The names of parameters stay: the cases go by them.
java_classes() {
    sed 's/.*/"&"/' | javac -encoding UTF-8 -parameters -proc:none -d "$dir/classes" -cp "$dir/classes:$libraries/*" \
        "$@" @/dev/stdin
}

# Compiles the client in $dir, and the programs; the journey is through the client of all APIs.
compile_client() {
    local programs=("$here/Library.java" "$shared/Carry.java")
    if [ -e "$dir/client/src/main/java/client/api/ElementsV3CustomersApi.java" ]; then
        programs+=("$shared/Journey.java" "$shared/Tokens.java")
    fi
    find "$dir/client/src/main/java" -name '*.java' | java_classes -nowarn
    printf '%s\n' "${programs[@]}" | java_classes -Xlint:all -Werror
}

# Text is read and written in the encoding of the machine, which is not UTF-8 everywhere before Java 18.
run() {
    java -Dfile.encoding=UTF-8 -Dsun.net.httpserver.nodelay=true -cp "$dir/classes:$libraries/*" "$@"
}

main() {
    dir=$2
    case $1 in
        build)
            install_libraries
            rm -rf "$dir/classes"
            mkdir "$dir/classes"
            compile_client
            ;;
        carry) run Carry "$dir/classes" ;;
        journey) run Journey ;;
        *)
            echo "$0: build, carry or journey, not $1" >&2
            exit 1
            ;;
    esac
}
